import AudioEngine
import Foundation
import TestSupport
import Testing

/// Plivo's own SDK on the other side: a client of the REST interface that is played, and a server whose XML
/// and signatures it makes and checks. Skipped where PyPI cannot be reached.
@Suite("sidetone plivo-server, Plivo's SDK", .timeLimit(.minutes(2))) struct PlivoServerCommandTests
{
  private static let environment = [
    "PLIVO_AUTH_ID=MAXXEXAMPLEEXAMPLE01", "PLIVO_AUTH_TOKEN=hush4711hush4711",
  ]

  private static let sdk = ConditionTrait.enabled(
    "plivo cannot be installed: PyPI is not reachable"
  ) { await PythonPackages.plivo.python() != nil }

  private func python(_ words: String...) async throws -> Subprocess {
    try Subprocess(
      try #require(await PythonPackages.plivo.python()),
      [PythonPackages.script("plivo_rest_client.py")] + words,
      environment: ["LANG=C"] + Self.environment)
  }

  private func json(_ text: some StringProtocol) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  private func bot() async throws -> (RunningSidetone, String) {
    let bot = try RunningSidetone(
      ["serve", "--port", "0", "--bot", "echo", "--allow-unauthenticated"])
    let line = try await bot.firstLine()
    return (bot, (line.split(separator: " ").last.map(String.init) ?? "") + "/plivo")
  }

  @Test(
    "takes the SDK's calls, streams and hang-ups, and refuses what Plivo refuses", sdk, .inRealTime)
  func rest() async throws {
    let (bot, stream) = try await bot()
    let server = try RunningAccount(
      ["plivo-server", "--answer-after", "0.1", "--fault", "429@dtmf"],
      environment: Self.environment)
    let client = try await python("rest", try await server.base(), stream)
    let result = try await client.end(within: .seconds(60))
    #expect(result.errors.isEmpty, "\(result.errors)")
    let seen = try json(result.output)
    #expect(seen["status"] as? String == "started")
    #expect(seen["content_type"] as? String == "audio/x-mulaw;rate=8000")
    #expect(seen["second"] as? String == "ValidationError")
    #expect((seen["throttled"] as? String)?.contains("429") ?? false)
    #expect(seen["gone"] as? String == "ResourceNotFoundError")
    #expect(seen["kept"] as? String == "started")
    #expect(seen["message"] as? String == "audio streaming started")
    #expect(seen["wrong"] as? String == "AuthenticationError")
    #expect(seen["bad"] as? String != "none")
    #expect(seen["unsigned"] as? Int == 0)
    #expect(try await server.end().contains("stream pass"))
    _ = bot
  }

  @Test("calls a bot whose XML the SDK makes and whose signatures it checks", sdk)
  func answer() async throws {
    let (bot, stream) = try await bot()
    let process = try await python("bot", stream)
    let port = try await process.firstLine()
    let scratch = try Scratch()
    let sound = WaveFile(
      rate: .hz8000, samples: (0..<8_000).map { Int16(($0 % 40 - 20) * 400) })
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let call = try await RunningSidetone(
      [
        "call", "--provider", "plivo", "--answer", "http://127.0.0.1:\(port)/answer", "--audio",
        audio, "--tail", "0.5",
      ], environment: Self.environment
    ).end()
    #expect(call.status == 0, "\(call.output)")
    let result = try await process.end()
    let seen = try json(try #require(result.output.split(separator: "\n").last))
    #expect(seen["unsigned"] as? Int == 0)
    #expect(seen["signed"] as? Int == 3)
    #expect(seen["events"] as? [String] == ["StartStream", "StopStream"])
    _ = bot
  }

  @Test("says what is wrong with its options")
  func usage() async throws {
    let result = try await Sidetone(["plivo-server", "--fault", "lost@events"])
    #expect(result.status == 2)
    #expect(result.errors.contains("behind @ stands one of call, transfer"))
  }
}
