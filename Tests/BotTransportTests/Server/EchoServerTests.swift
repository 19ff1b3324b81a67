import BotTransport
import Foundation
import TestSupport
import Testing

@Suite("EchoServer", .timeLimit(.minutes(2)))
struct EchoServerTests {
  @Test("answers every kind of frame as RFC 6455 wants it")
  func conformance() async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let serving = Task {
      try await EchoServer(limits: ServerLimits(lateness: nil)).run { continuation.yield($0) }
    }
    defer { serving.cancel() }
    let port = try await firstPort(of: ports)
    let output = try await Python.run("raw_frames.py", ["\(port)"])
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    for (line, expected) in zip(lines, Self.expected) { #expect(line == expected) }
    #expect(lines.count == Self.expected.count)
    serving.cancel()
    try await serving.value
  }

  @Test("refuses what is beyond its limits, and closes the rest with 1001 when it stops")
  func draining() async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let serving = Task {
      try await EchoServer(limits: ServerLimits(calls: 2)).run { continuation.yield($0) }
    }
    defer { serving.cancel() }
    let port = try await firstPort(of: ports)
    let peer = try PythonPeer(
      rawOn: port,
      """
      idle, busy = upgrade("/", 65536), upgrade("/", 65536)
      third = socket.create_connection(("127.0.0.1", port))
      third.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
          b"Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n")
      status = third.recv(4096).split()[1].decode()
      busy.sendall(frame(bytes(8 << 20), 2))
      # The echo begins once the server has it all.
      echo = busy.recv(1)
      say(status)
      def rest(s, seen=b""):
          while not seen.endswith(b"server stops"):
              piece = s.recv(1 << 20)
              if not piece: break
              seen += piece
          return seen
      echo = rest(busy, echo)
      say(len(echo) - 10 - (8 << 20), echo[-14:])
      say(rest(idle))
      """)
    #expect(try await peer.firstLine() == "503")
    serving.cancel()
    // 1001 is 03 e9: a close frame of 14 bytes, after the whole of the echo.
    #expect(
      try await peer.lines() == [
        "503", #"16 b'\x03\xe9server stops'"#, #"b'\x88\x0e\x03\xe9server stops'"#,
      ])
    try await serving.value
  }

  @Test("stays on this machine unless told otherwise")
  func staysHere() async {
    await #expect(throws: ServerError.open(host: "0.0.0.0")) {
      try await EchoServer(host: "0.0.0.0").run()
    }
  }

  private static let failed = "close 1002, end"

  private static var expected: [String] {
    var lines = [
      "text: text abc", "binary: binary abc", "empty: text, binary", "fragments: text abc",
      "empty fragments: binary", "ping between fragments: pong p, text ab",
      "pong unasked: text a", "ping of 125: pong 125", "ping empty: pong, text a",
      // Shown as Latin-1.
      "byte by byte: text \(latin1("\u{e9}\u{4e2d}\u{1f600}")), pong p, binary 300",
      "character cut by fragments: text \(latin1("\u{4e2d}"))",
    ]
    lines += [125, 126, 65_535, 65_536, 1 << 20, 16 << 20].map { "message of \($0): binary \($0)" }
    lines += [
      "message of 16 MiB in fragments: text \(16 << 20)",
      "message over 16 MiB: close 1009, end", "fragments over 16 MiB: close 1009, end",
      "length over 2^63: \(failed)",
    ]
    lines += [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map { "opcode \($0): \(failed)" }
    lines += (1...7).map { "reserved \($0): \(failed)" }
    lines += [
      "reserved in ping: \(failed)", "continuation of nothing: \(failed)",
      "continuation after the end: text ab, \(failed)", "new message inside one: \(failed)",
      "ping in fragments: \(failed)", "close in fragments: \(failed)",
      "ping of 126: \(failed)", "pong of 65536: \(failed)", "close of 126: \(failed)",
    ]
    lines += (0...6).map { "bad UTF-8 \($0): close 1007, end" }
    lines += [
      "bad UTF-8 in fragments: close 1007, end", "bad UTF-8 in binary: binary \u{ff}",
      "close without code: close, end", "close of one byte: \(failed)",
      "close with reason of 123: close 1000, end", "close with bad UTF-8: close 1007, end",
      "close and then text: close 1000, end", "close twice: close 1000, end",
      "close inside a message: close 1000, end",
    ]
    let good: Set = [
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
      4999,
    ]
    lines += [
      0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
      1014, 1015, 1016, 1100, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65_535,
    ].map { "close \($0): \(good.contains($0) ? "close \($0), end" : failed)" }
    return lines + [
      "unmasked: \(failed)",
      "ten pings: \((0..<10).map { "pong \($0), " }.joined())text end",
      "pings between fragments: pong 1, pong 2, text onetwothree, pong 3, text four, pong 4",
      // What was said before is answered or dropped; nothing follows the close frame.
      "reserved bit after messages: text a, \(failed)",
    ]
  }

  private static func latin1(_ text: String) -> String {
    String(String.UnicodeScalarView(text.utf8.map { Unicode.Scalar($0) }))
  }
}
