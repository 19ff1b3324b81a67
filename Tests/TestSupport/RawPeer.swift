extension PythonPeer {
  /// Starts `program` with WebSockets of its own on plain sockets, which read only when told to:
  /// `upgrade(path, receive_buffer, secure)`, `frame(payload, opcode)`, a `start` of the call `slow`, and
  /// `await_cut(socket, seconds, step)`, which says `cut` or `held`.
  package init(rawOn port: Int, _ program: String) throws {
    try self.init(
      port: port,
      """
      import base64, json, os, time
      def upgrade(path, receive_buffer, secure=lambda s: s):
          s = socket.socket()
          s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
          s.settimeout(30)
          s.connect(("127.0.0.1", port))
          s = secure(s)
          key = base64.b64encode(os.urandom(16)).decode()
          s.sendall((f"GET {path} HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\n"
              "Connection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\n"
              f"Sec-WebSocket-Key: {key}\\r\\n\\r\\n").encode())
          head = b""
          while b"\\r\\n\\r\\n" not in head:
              head += s.recv(1)
          return s
      def frame(payload, opcode):
          size = len(payload)
          head = bytes([0x80 | opcode]) + (
              bytes([0x80 | 126]) + struct.pack(">H", size) if size < 65536
              else bytes([0x80 | 127]) + struct.pack(">Q", size))
          return head + bytes(4) + payload
      start = frame(json.dumps({"event": "start", "stream_sid": "slow", "start": {
          "stream_sid": "slow", "call_sid": "slow", "account_sid": "A", "from": "1", "to": "2",
          "media_format": {"encoding": "base64", "sample_rate": "8000"}}}).encode(), 1)
      def await_cut(s, seconds, step=lambda: None):
          end = time.monotonic() + seconds
          while time.monotonic() < end:
              # A reset is seen without reading.
              if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
                  return "cut"
              try:
                  step()
              except OSError:
                  return "cut"
              time.sleep(0.02)
          return "held"

      """ + program)
  }
}
