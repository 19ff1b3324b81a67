import AudioEngine
import BotTransport
import Foundation
import Telephony
import TestSupport
import Testing

@testable import CallSimulator

/// Plivo's own stream SDK on either side of Sidetone. Skipped where PyPI cannot be reached.
@Suite("Plivo's stream SDK", .serialized) struct PlivoSDKPeerTests {
  private static let token = "example-auth-token-000000000000000000000"

  private static let sdk = ConditionTrait.enabled(
    "plivo-stream-sdk cannot be installed: PyPI is not reachable"
  ) { await PythonPackages.plivo.python() != nil }

  private func python() async throws -> String { try #require(await PythonPackages.plivo.python()) }

  private func json(_ text: some StringProtocol) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(object as? [String: Any])
  }

  @Test(
    "a bot made of it passes the simulated call: audio both ways, checkpoints, clear", sdk,
    arguments: [WireFormat(.mulaw, .hz8000), WireFormat(.linear16, .hz16000)])
  func bot(format: WireFormat) async throws {
    let process = try Subprocess(
      try await python(), [PythonPackages.script("plivo_sdk_bot.py")],
      environment: ["LANG=C", "PLIVO_AUTH_TOKEN=\(Self.token)"])
    let port = try #require(Int(try await process.firstLine()))
    let loop = try TestLoop()
    var script = try PlivoPlatformTests.script(seconds: 0.6, format)
    script.tail = .milliseconds(500)
    script.keys = [CallerScript.KeyPress(at: .milliseconds(1_000), digit: "5")]
    var options = PlivoPlatform.Options()
    options.signingToken = Self.token
    options.expectsEcho = true
    let address = try BotAddress("ws://127.0.0.1:\(port)/plivo/x?tenant=b%20c&a=1")
    let platform = PlivoPlatform(script: script, options: options)
    let outcome = await SimulatedCall(to: address, as: platform, on: loop.loop).run()
    let report = outcome.report
    // Whether a busy machine made a gap is not this test's question; behind the echo comes a tone.
    let problems = report.problemCounts.filter { $0.key != "gap" && $0.key != "echo" }
    #expect(problems == [:], "\(report.problems)")
    #expect(report.clears == 1 && report.marks >= 5 && report.marksEchoed == report.marks - 1)
    #expect(report.echo?.matchedBytes == script.audio.count)

    let result = try await process.end()
    let seen = try json(try #require(result.output.split(separator: "\n").last))
    #expect(seen["errors"] as? [String] == [])
    #expect(seen["signed"] as? Bool == true)
    #expect(seen["subprotocols"] as? [String] == ["audio.plivo.com"])
    #expect(seen["bytes"] as? Int == script.audio.count && seen["media"] as? Int == 30)
    #expect(seen["played"] as? [String] == ["hello", "chunk 10", "chunk 20", "chunk 30"])
    #expect(seen["cleared"] as? Int == 1 && seen["dtmf"] as? [String] == ["5"])
  }

  @Test("its models take every message that Sidetone's server sends", sdk)
  func models() async throws {
    let loop = try TestLoop()
    let speech = Sounds.tone(seconds: 0.5).samples
    let server = RunningBot { call in
      // The caller's key begins the speech; a little of a second answer is interrupted.
      for await case .key in call.events { break }
      let utterance = try await call.say()
      try await utterance.write(speech)
      try await utterance.mark("middle \"quoted\"")
      try await utterance.finish()
      _ = await utterance.outcome
      let second = try await call.say()
      try await second.write(Array(repeating: 4_000, count: 80_000))
      try await call.press("12#A")
      try await Task.sleep(for: .milliseconds(100))
      await call.interrupt()
      try await Task.sleep(for: .milliseconds(100))
    }
    let port = try await server.port()
    let process = try Subprocess(
      try await python(),
      [PythonPackages.script("plivo_sdk_platform.py"), "ws://127.0.0.1:\(port)/plivo"])
    let result = try await process.end()
    server.stop()
    #expect(result.errors == "")
    let read = try json(result.output)
    #expect(read["subprotocol"] as? String == "audio.plivo.com")
    #expect(read["checkpoint"] as? Int ?? 0 >= 3 && read["clearAudio"] as? Int == 1)
    #expect(read["sendDTMF"] as? Int == 1 && read["closed"] as? Int == 1000)
    let sizes = try #require(read["sizes"] as? [Int])
    let areSlices = sizes.allSatisfy { $0 > 0 && $0 % 160 == 0 && $0 <= 12_288 }
    #expect(areSlices, "\(sizes)")
    let labels = try #require(read["labels"] as? [[Any]])
    let areMulaw = labels.allSatisfy {
      $0.first as? String == "audio/x-mulaw" && $0.last as? Int == 8_000
    }
    #expect(areMulaw)
    let audio = try #require((read["audio"] as? String).flatMap { Data(base64Encoded: $0) })
    let said = try #require(CallerScript(saying: Sounds.tone(seconds: 0.5), as: .mulaw)).audio
    #expect(audio.starts(with: said))
    _ = loop
  }
}

/// Sidetone's server with one bot, until it is stopped.
final class RunningBot: Sendable {
  private let serving: Task<Void, any Error>
  private let ports: AsyncStream<Int>

  init(
    _ configuration: ServerConfiguration = ServerConfiguration(), _ bot: @escaping BotServer.Bot
  ) {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    self.ports = ports
    serving = Task {
      defer { continuation.finish() }
      try await BotServer(port: 0, configuration: configuration).run(
        onListening: { continuation.yield($0) }, bot: bot)
    }
  }

  deinit { serving.cancel() }

  func port() async throws -> Int {
    for await port in ports { return port }
    throw CancellationError()
  }

  func stop() { serving.cancel() }
}
