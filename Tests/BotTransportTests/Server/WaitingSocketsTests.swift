import Telephony
import TestSupport
import Testing

@testable import BotTransport

/// Sockets that wait for a token, and what comes before a start.
@Suite("before trust, on sockets", .timeLimit(.minutes(2))) struct WaitingSocketsTests {
  private func server(maximum: Int? = nil) async throws -> RunningServer {
    var configuration = ServerConfiguration()
    configuration.access = AccessPolicy(tokens: [try #require(Secret("abc"))])
    configuration.limits.calls = maximum
    return try await RunningServer(configuration) { call in for await _ in call.audio {} }
  }

  @Test("have a bound of their own: the oldest goes, calls have their places, and metrics tell")
  func bound() async throws {
    let server = try await server(maximum: 1)
    let peer = try PythonPeer(
      rawOn: server.port,
      """
      held = [upgrade("/exotel", 65536) for _ in range(\(WaitingSockets.mostOfAddress + 8))]
      metrics = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
      say(*[l.split()[1] for l in metrics.split("\\n") if l.startswith("sidetone_sockets_waiting ")
          or l.startswith("sidetone_calls_active ") or 'reason="waiting"' in l])
      # The oldest have a close frame, the newest have nothing.
      held[0].settimeout(5)
      say(held[0].recv(1)[0] == 0x88)
      held[-1].setblocking(False)
      try: say(len(held[-1].recv(1)))
      except BlockingIOError: say("open")
      # One that shows its token is a call; for a second there is no room.
      def begin(s):
          s.setblocking(True)
          s.sendall(frame(json.dumps({"event": "start", "stream_sid": "s", "start": {
              "stream_sid": "s", "call_sid": os.urandom(4).hex(), "account_sid": "A",
              "custom_parameters": {"token": "abc"},
              "media_format": {"sample_rate": "8000"}}}).encode(), 1))
      begin(held[-1])
      time.sleep(0.3)
      begin(held[-2])
      head = held[-2].recv(4)
      say(head[0] == 0x88, int.from_bytes(head[2:4], "big"))
      metrics = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
      say(*[l.split()[1] for l in metrics.split("\\n") if l.startswith("sidetone_calls_active ")])
      """)
    let lines = try await peer.lines()
    #expect(
      lines == ["0 \(WaitingSockets.mostOfAddress) 8", "True", "open", "True 1013", "1"],
      "\(lines)")
    try await server.stop()
  }

  @Test("a message before the start is bounded on the socket, not only where it is read")
  func longMessages() async throws {
    let server = try await server()
    let peer = try PythonPeer(
      rawOn: server.port,
      """
      def code(s):
          s.settimeout(5)
          head = s.recv(4)
          return head[0] == 0x88 and int.from_bytes(head[2:4], "big")
      for size in (65536, 65537):
          s = upgrade("/exotel/abc", 65536)
          s.sendall(frame(b'{"event":"connected","x":"' + b"x" * (size - 28) + b'"}', 1))
          s.sendall(start)
          time.sleep(0.3)
          try:
              s.setblocking(False)
              s.recv(1, socket.MSG_PEEK)
              say(code(s))
          except BlockingIOError:
              # It has begun: now it may be long.
              s.setblocking(True)
              s.sendall(frame(b'{"event":"x","x":"' + b"x" * 200000 + b'"}', 1))
              s.sendall(b"\\x89\\x80" + bytes(4))
              say(s.recv(1)[0] == 0x8A)
      """)
    #expect(try await peer.lines() == ["True", "1009"])
    try await server.stop()
  }
}
