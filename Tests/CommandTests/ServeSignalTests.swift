import AudioEngine
import Foundation
import TestSupport
import Testing

/// What signals do to a server, with real peers.
@Suite("signals to sidetone serve", .timeLimit(.minutes(2))) struct ServeSignalTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  /// The status of curl's upgrade with a token.
  private func upgrade(_ port: Substring, token: String) async throws -> String {
    let words = [
      "--silent", "--max-time", "5", "--output", "/dev/null", "--write-out", "%{http_code}", "-H",
      "Upgrade: websocket", "-H", "Connection: Upgrade", "-H", "Sec-WebSocket-Version: 13", "-H",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "-H",
      "Authorization: Basic \(Data(token.utf8).base64EncodedString())",
      "http://127.0.0.1:\(port)/exotel",
    ]
    return try await Subprocess("/usr/bin/curl", words).end().output
  }

  /// Asks until the server answers so, or for 20 s.
  private func waits(
    for status: String, _ port: Substring, token: String
  ) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      if try await upgrade(port, token: token) == status { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  @Test("no signal but SIGINT, SIGTERM and those of faults ends it, nor a call that is up")
  func harmless() async throws {
    let server = try RunningSidetone(["serve", "--port", "0"])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let sound = WaveFile(rate: .hz8000, samples: Array(repeating: 900, count: 8_000 * 3))
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let report = scratch.file("report.json")
    let call = try RunningSidetone([
      "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", "1", "--report",
      report.path,
    ])
    try await Task.sleep(for: .seconds(1))
    for number in [
      SIGHUP, SIGUSR1, SIGQUIT, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGPOLL, SIGPWR, SIGSTKFLT,
      SIGXCPU, SIGXFSZ, 34, 50, 64,
    ] {
      server.signal(number)
    }
    _ = try await call.end()
    let ended = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any])
    #expect(ended["closeCode"] as? Int == 1000)
    #expect(ended["receivedBytes"] as? Int ?? 0 >= 48_000)
    server.interrupt()
    #expect(try await server.end().status == 0)
  }

  @Test("the process's priority is that of the threads that carry calls", arguments: [1, 2])
  func priority(loops: Int) async throws {
    let server = try Subprocess(
      "/usr/bin/nice",
      ["-n", "7", Sidetone.executable, "serve", "--port", "0", "--loops", "\(loops)"])
    #expect(try await server.firstLine().hasPrefix("listening"))
    #expect(try server.priorities(ofThreads: "calls-") == Array(repeating: 7, count: loops))
    server.signal(SIGTERM)
    #expect(try await server.end().status == 0)
  }

  @Test("SIGHUP takes credentials anew, and leaves the old where the file is none")
  func readsAgain() async throws {
    let file = try scratch.write(Array("one:1\n".utf8), to: "credentials")
    let server = try RunningSidetone([
      "serve", "--port", "0", "--basic-file", file, "--log-format", "text",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    #expect(try await upgrade(port, token: "one:1") == "101")
    #expect(try await upgrade(port, token: "two:2") == "401")
    _ = try scratch.write(Array("two:2\n".utf8), to: "credentials")
    server.signal(SIGHUP)
    #expect(try await waits(for: "101", port, token: "two:2"))
    #expect(try await upgrade(port, token: "one:1") == "401")
    for wrong in ["", "no-colon-s3cr3t\n"] {
      _ = try scratch.write(Array(wrong.utf8), to: "credentials")
      server.signal(SIGHUP)
      try await Task.sleep(for: .milliseconds(300))
      #expect(try await upgrade(port, token: "two:2") == "101")
      #expect(try await upgrade(port, token: "one:1") == "401")
    }
    server.interrupt()
    let lines = try await server.end().errors.split(separator: "\n")
    #expect(lines.filter { $0.contains(" files read again files=\"credentials\"") }.count == 1)
    let kept = lines.filter { $0.contains(" error server: files kept as they were ") }
    #expect(kept.count == 2 && kept.allSatisfy { $0.contains(file) }, "\(lines)")
    #expect(!lines.contains { $0.contains("s3cr3t") })
  }

  @Test(
    "closes streams after --max-duration, on whichever platform", arguments: ["exotel", "plivo"])
  func longest(platform: String) async throws {
    let server = try RunningSidetone(["serve", "--port", "0", "--max-duration", "2"])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let sound = WaveFile(rate: .hz8000, samples: Array(repeating: 900, count: 8_000 * 20))
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let report = scratch.file("report.json")
    _ = try await Sidetone([
      "call", "ws://127.0.0.1:\(port)/\(platform)", "--provider", platform, "--audio", audio,
      "--report", report.path,
    ])
    let ended = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any])
    #expect(ended["closeCode"] as? Int == 1000)
    #expect((8_000...64_000).contains(ended["receivedBytes"] as? Int ?? 0), "\(ended)")
    server.interrupt()
    #expect(try await server.end().status == 0)
  }
}
