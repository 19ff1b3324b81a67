import AudioEngine
import BotTransport
import Foundation
import Telephony
import TestSupport
import Testing

@testable import CallSimulator

/// A bot made of Plivo's own stream SDK, called by another platform through the proxy. Skipped where PyPI
/// cannot be reached.
@Suite("ProxiedBot and Plivo's stream SDK", .serialized) struct ProxiedSDKTests {
  private static let sdk = ConditionTrait.enabled(
    "plivo-stream-sdk cannot be installed: PyPI is not reachable"
  ) { await PythonPackages.plivo.python() != nil }

  @Test(
    "every sample of the echo is heard, checkpoints and keys are answered, and the clear comes through",
    sdk, arguments: [SampleRate.hz8000, .hz16000])
  func echoes(rate: SampleRate) async throws {
    let python = try #require(await PythonPackages.plivo.python())
    let process = try Subprocess(
      python, [PythonPackages.script("plivo_sdk_bot.py")],
      environment: ["LANG=C", "PLIVO_AUTH_TOKEN=none"])
    let port = try #require(Int(try await process.firstLine()))
    let bot = try ProxiedBot(url: "ws://127.0.0.1:\(port)/", dialect: .plivo)
    var configuration = ServerConfiguration()
    configuration.limits.lateness = nil
    bot.prepare(&configuration)
    let server = RunningBot(configuration) { try await bot.carry($0) }
    let loop = try TestLoop()
    let sound = Sounds.tone(seconds: 1, rate: rate)
    var script = try #require(CallerScript(saying: sound, as: .linear16))
    script.tail = .milliseconds(500)
    script.keys = [CallerScript.KeyPress(at: .milliseconds(1_500), digit: "5")]
    var options = ExotelPlatform.Options()
    options.rules.expectsEcho = true
    let address = try BotAddress("ws://127.0.0.1:\(try await server.port())/exotel")
    let platform = ExotelPlatform(script: script, options: options)
    let report = await SimulatedCall(to: address, as: platform, on: loop.loop).run().report
    // Whether a busy machine made a gap is not this test's question; behind the echo comes a tone.
    let problems = report.problemCounts.filter { $0.key != "gap" && $0.key != "echo" }
    #expect(problems == [:], "\(report.problems)")
    // The tone that the bot clears may not have begun to leave.
    #expect(report.clears <= 1)
    #expect(report.echo?.matchedBytes == script.audio.count)
    server.stop()
    let result = try await process.end()
    let last = Data((result.output.split(separator: "\n").last ?? "").utf8)
    let seen = try #require(try JSONSerialization.jsonObject(with: last) as? [String: Any])
    #expect(seen["errors"] as? [String] == [])
    #expect(seen["cleared"] as? Int == 1 && seen["dtmf"] as? [String] == ["5"])
    let played = try #require(seen["played"] as? [String])
    #expect(played == ["hello", "chunk 10", "chunk 20", "chunk 30", "chunk 40", "chunk 50"])
  }
}
