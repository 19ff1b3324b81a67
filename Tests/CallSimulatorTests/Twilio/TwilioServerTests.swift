import AudioEngine
import BotTransport
import Telephony
import TestSupport
import Testing

@testable import CallSimulator

/// Twilio's calls at a server, over real sockets: who is let in, and what the bot is told.
@Suite("Twilio at a server", .timeLimit(.minutes(2))) struct TwilioServerTests {
  private static let token = "12345678901234567890123456789012"

  /// What a bot was told, and the simulated platform's report.
  private func call(
    _ configuration: ServerConfiguration, signing token: String? = nil, path: String = "/twilio"
  ) async throws -> (starts: [StreamStart], report: CallReport) {
    let (starts, told) = AsyncStream.makeStream(of: StreamStart.self)
    var configuration = configuration
    configuration.limits.lateness = nil
    let server = RunningBot(configuration) { call in
      told.yield(await call.start)
      for await _ in call.audio {}
    }
    var options = TwilioPlatform.Options()
    options.signingToken = token
    var script = try TwilioPlatformTests.script(seconds: 0.2)
    script.tail = .milliseconds(100)
    let loop = try TestLoop()
    let address = try BotAddress("ws://127.0.0.1:\(try await server.port())\(path)")
    let platform = TwilioPlatform(script: script, options: options)
    let report = await SimulatedCall(to: address, as: platform, on: loop.loop).run().report
    server.stop()
    told.finish()
    var all: [StreamStart] = []
    for await start in starts { all.append(start) }
    return (all, report)
  }

  @Test("the bot is told who calls, from the parameters that an answer puts there")
  func numbers() async throws {
    let (starts, report) = try await call(ServerConfiguration())
    #expect(starts.map(\.from) == ["+919800000001"] && starts.map(\.to) == ["+918000000002"])
    #expect(starts.first?.customParameters["ref"] == "c-8817")
    #expect(report.closeCode == 1000 && report.closedBy == .platform)
  }

  @Test("a token may come as late as a parameter of start, and no bot runs before it")
  func lateToken() async throws {
    for (text, isIn) in [("c-8817", true), ("c-8818", false)] {
      var configuration = ServerConfiguration()
      configuration.access = AccessPolicy(tokens: [Secret(text)].compactMap(\.self))
      let (starts, report) = try await call(configuration)
      #expect(starts.count == (isIn ? 1 : 0))
      #expect(report.closeCode == (isIn ? 1000 : 1008))
    }
  }

  @Test("with a token of Twilio's, signed calls alone are let in")
  func signatures() async throws {
    for (token, isIn) in [(Self.token, true), ("other", false), (nil, false)] {
      var configuration = ServerConfiguration()
      TwilioGate(tokens: [Self.token])?.add(to: &configuration)
      for path in ["/twilio", "/twilio/a%20b"] {
        let (starts, report) = try await call(configuration, signing: token, path: path)
        #expect(starts.count == (isIn ? 1 : 0), "\(report.problems)")
        #expect((report.problems == []) == isIn, "\(report.problems)")
      }
    }
  }
}
