import AudioEngine
import Foundation
import TestSupport
import Testing

/// What SIGTERM does to calls, with the real commands on both ends.
@Suite("stopping sidetone serve", .timeLimit(.minutes(2))) struct ServeStoppingTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  /// The statuses of curl's upgrade, and the header that says when to come again.
  private func upgrade(_ port: Substring) async throws -> String {
    let words = [
      "--silent", "--max-time", "5", "--output", "/dev/null", "--write-out",
      "%{http_code} %header{retry-after}", "-H", "Upgrade: websocket", "-H", "Connection: Upgrade",
      "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "http://127.0.0.1:\(port)/exotel",
    ]
    return try await Subprocess("/usr/bin/curl", words).end().output
  }

  /// A server in the middle of a call whose caller talks for so many seconds and then listens for
  /// `tail`.
  private func duringCall(
    _ options: [String], seconds: Int, tail: String = "1", report: URL,
    _ body: (RunningSidetone, Substring) async throws -> Void
  ) async throws -> [String: Any] {
    let server = try RunningSidetone(["serve", "--port", "0"] + options)
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let sound = WaveFile(rate: .hz8000, samples: Array(repeating: 900, count: 8_000 * seconds))
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let call = try RunningSidetone([
      "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", tail, "--report",
      report.path,
    ])
    // The socket and the bot have begun well before.
    try await Task.sleep(for: .seconds(1))
    try await body(server, port)
    _ = try await call.end()
    return try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any] ?? [:]
  }

  @Test("lets a call end by itself, and refuses another with 503 meanwhile")
  func drains() async throws {
    var running: RunningSidetone?
    let report = try await duringCall(
      ["--drain", "60"], seconds: 4, report: scratch.file("report.json")
    ) { server, port in
      server.signal(SIGTERM)
      running = server
      // The signal takes its way through the process.
      try await Task.sleep(for: .milliseconds(300))
      let answer = try await upgrade(port)
      #expect(answer == "503 1")
    }
    #expect(report["closeCode"] as? Int == 1000)
    #expect(report["receivedBytes"] as? Int ?? 0 >= 64_000)
    let ended = try #require(try await running?.end())
    #expect(ended.status == 0)
    #expect(ended.errors.isEmpty)
  }

  @Test("closes what outlasts the deadline with 1001 after its utterance", .inRealTime)
  func deadline() async throws {
    let prompt = WaveFile(rate: .hz8000, samples: Array(repeating: 4_000, count: 8_000 * 4))
    let file = try scratch.write(prompt.encoded(), to: "prompt.wav")
    var running: RunningSidetone?
    let report = try await duringCall(
      ["--drain", "1", "--bot", "play:\(file)"], seconds: 20, report: scratch.file("report.json")
    ) { server, _ in
      server.signal(SIGTERM)
      running = server
    }
    #expect(report["closeCode"] as? Int == 1001)
    #expect(report["receivedBytes"] as? Int == 64_000)
    let ended = try #require(try await running?.end())
    #expect(ended.status == 0)
  }

  @Test("ends at once at the second signal, and with --drain 0 at the first", .inRealTime)
  func atOnce() async throws {
    let second = try await duringCall(
      ["--drain", "60"], seconds: 20, report: scratch.file("second.json")
    ) { server, _ in
      server.signal(SIGTERM)
      try await Task.sleep(for: .milliseconds(300))
      server.signal(SIGTERM)
      let ended = try await server.end()
      #expect(ended.status == 1)
    }
    #expect(second["closeCode"] as? Int != 1000)
    let first = try await duringCall(
      ["--drain", "0"], seconds: 20, report: scratch.file("first.json")
    ) { server, _ in
      server.signal(SIGTERM)
      let ended = try await server.end()
      #expect(ended.status == 0)
    }
    #expect(first["closeCode"] as? Int == 1001)
  }

  @Test("closes a socket that says nothing, while a call goes on")
  func idle() async throws {
    let report = try await duringCall(
      ["--idle-timeout", "2"], seconds: 4, report: scratch.file("report.json")
    ) { _, port in
      let script = """
        import asyncio, websockets
        async def main():
            async with websockets.connect("ws://127.0.0.1:\(port)/exotel") as socket:
                await asyncio.wait_for(socket.wait_closed(), 20)
                print(socket.close_code)
        asyncio.run(main())
        """
      let silent = try await Subprocess("/usr/bin/python3", ["-c", script]).end()
      #expect(silent.output == "1008\n", "\(silent.errors)")
    }
    #expect(report["closeCode"] as? Int == 1000)
  }

  @Test("as an echo, refuses beyond its limits, and closes the rest with 1001")
  func echo() async throws {
    let server = try RunningSidetone([
      "serve", "--port", "0", "--conformance-echo", "--max-calls", "1",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let script = """
      import asyncio, websockets
      async def main():
          async with websockets.connect("ws://127.0.0.1:\(port)/") as socket:
              await socket.send("a")
              print(await socket.recv(), flush=True)
              await asyncio.wait_for(socket.wait_closed(), 20)
              print(socket.close_code)
      asyncio.run(main())
      """
    let peer = try Subprocess("/usr/bin/python3", ["-c", script])
    #expect(try await peer.firstLine() == "a")
    #expect(try await upgrade(port) == "503 1")
    server.signal(SIGTERM)
    #expect(try await peer.end().output == "a\n1001\n")
    let ended = try await server.end()
    #expect(ended.status == 0)
  }

  @Test("refuses calls beyond --max-calls while the one there is goes on")
  func maximum() async throws {
    let report = try await duringCall(
      ["--max-calls", "1"], seconds: 3, report: scratch.file("report.json")
    ) { server, port in
      let answer = try await upgrade(port)
      #expect(answer == "503 1")
    }
    #expect(report["closeCode"] as? Int == 1000)
    #expect(report["receivedBytes"] as? Int ?? 0 >= 48_000)
  }
}
