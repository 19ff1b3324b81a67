import TestSupport

/// A server on plain sockets, with a fault of one's choice, one fault a server.
struct FaultyServer {
  private let peer: PythonPeer
  let port: Int

  /// Starts it; see the program for the modes.
  init(_ mode: String) async throws {
    peer = try PythonPeer(port: 0, "mode = '\(mode)'\n" + Self.program)
    port = try await peer.port()
  }

  func end() { peer.end() }

  private static let program = """
    import base64, hashlib, json, threading, time
    def head_of(s):
        head = b""
        while b"\\r\\n\\r\\n" not in head:
            byte = s.recv(1)
            if not byte:
                raise OSError
            head += byte
        return head.decode()
    def accept(head):
        key = [l.split(": ")[1] for l in head.split("\\r\\n") if l.lower().startswith("sec-websocket-key")][0]
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        return base64.b64encode(digest).decode()
    def upgrade(s, head, value=None):
        s.sendall(("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
            f"Sec-WebSocket-Accept: {value or accept(head)}\\r\\n\\r\\n").encode())
    def exactly(s, count):
        data = b""
        while len(data) < count:
            piece = s.recv(count - len(data))
            if not piece:
                raise OSError
            data += piece
        return data
    def frame_of(s):
        first, second = exactly(s, 2)
        size = second & 127
        if size == 126:
            size = struct.unpack(">H", exactly(s, 2))[0]
        elif size == 127:
            size = struct.unpack(">Q", exactly(s, 8))[0]
        mask = exactly(s, 4)
        return first & 15, bytes(b ^ mask[i & 3] for i, b in enumerate(exactly(s, size)))
    def send(s, opcode, payload):
        size = len(payload)
        s.sendall(bytes([0x80 | opcode]) + (bytes([size]) if size < 126 else bytes([126]) + struct.pack(">H", size)) + payload)
    def talk(s):
        if mode == "idle-cut":
            s.settimeout(1)
        while True:
            opcode, payload = frame_of(s)
            if opcode == 8:
                send(s, 8, payload)
                return
            if opcode == 9 and mode != "no-pong":
                send(s, 10, payload)
            if opcode == 1:
                event = json.loads(payload)
                if event["event"] == "stop":
                    send(s, 8, struct.pack(">H", 1000))
                if event["event"] != "start":
                    continue
                if mode in ("1008", "1011"):
                    send(s, 8, struct.pack(">H", int(mode)))
                if mode == "cut-at-start":
                    return
                if mode in ("no-pong", "bad-chunks"):
                    sid = event["stream_sid"]
                    size = 3200 if mode == "no-pong" else 1000
                    audio = base64.b64encode(bytes([0, 9] * (size // 2))).decode()
                    send(s, 1, json.dumps({"event": "media", "stream_sid": sid, "media": {"payload": audio}}).encode())
    pages = {"404": "404 Not Found", "401": "401 Unauthorized", "200": "200 OK", "301": "301 Moved",
        "502": "502 Bad Gateway", "426": "426 Upgrade Required", "429": "429 Too Many", "500": "500 Oops"}
    bodies = {"xml": b"<Response/>", "nowhere": b'{"url": "https://example.com/"}'}
    def serve(s):
        try:
            head = head_of(s)
            if mode == "never":
                time.sleep(30)
            elif mode in pages:
                s.sendall(f"HTTP/1.1 {pages[mode]}\\r\\nContent-Length: 0\\r\\n\\r\\n".encode())
            elif mode in bodies:
                body = bodies[mode]
                s.sendall(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n%x\\r\\n" % len(body) + body + b"\\r\\n0\\r\\n\\r\\n")
            elif mode == "garbage":
                s.sendall(b"SSH-2.0-OpenSSH_9.2\\r\\n\\r\\n")
            elif mode == "reset":
                pass
            elif mode == "bad-accept":
                upgrade(s, head, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                time.sleep(5)
            elif mode == "no-frames":
                upgrade(s, head)
                while s.recv(4096):
                    pass
            else:
                if mode == "slow":
                    time.sleep(1.2)
                upgrade(s, head)
                talk(s)
        except (OSError, TimeoutError):
            pass
        finally:
            s.close()
    listener = socket.create_server(("127.0.0.1", 0))
    say(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()
    """
}
