import Foundation
import Testing

/// The Legs API's commands against Exotel's interface as it is played: on good days, on bad ones, and on
/// Ctrl-C nothing is left ringing.
@Suite("sidetone exotel outbound and leg", .timeLimit(.minutes(2)))
struct ExotelOutboundCommandTests {
  private func environment(_ base: String) -> [String] {
    [
      "EXOTEL_API_KEY=key", "EXOTEL_API_TOKEN=hush4711", "EXOTEL_ACCOUNT_SID=acmevoice1",
      "EXOTEL_API_BASE=\(base)",
    ]
  }

  private let order = [
    "exotel", "outbound", "--contact", "+919812345670", "--exophone", "04440001234", "--greeting",
    "Please wait a moment, somebody will be with you in a moment, thank you for waiting.",
    "--listen", "127.0.0.1:0",
  ]

  /// Runs the call against a server with these options.
  private func run(
    _ options: [String], bot: String = "ws://127.0.0.1:1/exotel", _ more: [String] = []
  ) async throws -> (call: Sidetone, server: String) {
    let callee = options.contains("--callee") ? [] : ["--answer-after", "0.1"]
    let server = try RunningAccount(
      ["exotel-server", "--event-timeout", "20"] + callee + options)
    let call = try RunningSidetone(
      order + ["--stream-url", bot] + more, environment: environment(try await server.base()))
    let ended = try await call.end(within: .seconds(60))
    #expect(!(ended.output + ended.errors).contains("hush4711"))
    return (ended, try await server.end())
  }

  @Test("greets, joins the bot, stops the greeting, and ends with the leg")
  func documented() async throws {
    let bot = try RunningSidetone(["serve", "--port", "0", "--bot", "echo"])
    let address = try await bot.firstLine().split(separator: " ").last.map(String.init) ?? ""
    let (call, server) = try await run(["--hang-up-after", "1.5"], bot: address + "/exotel")
    #expect(call.status == 0, "\(call.errors)")
    let lines = call.output.split(separator: "\n").map { $0.split(separator: " ")[0] }
    #expect(lines == ["leg", "ringing", "answered", "stream", "hanging", "ended"])
    let events = server.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(events.contains("say_interrupted") && !events.contains("say_completed"))
    #expect(server.contains("stream pass"))
  }

  @Test(
    "names the step that failed, and leaves no leg",
    arguments: [
      (["--callee", "busy"], [], "answer: leg_terminated: busy", "completed, busy"),
      (["--callee", "fails"], [], "answer: leg_failed_to_create", "completed, the number"),
      (["--fault", "403@legs"], [], "create: HTTP 403", "listening"),
      (["--streams", "0"], [], "stream: stream_failed: Streaming_call_throttled", "by request"),
      ([], [], "stream: stream_failed", "by request"),
      (["--fault", "400@start_stream"], [], "stream: start_stream: HTTP 400", "by request"),
      (["--fault", "lost@legs"], ["--timeout", "1"], "create: no answer came", "by request"),
      (["--fault", "500@legs"], [], "create: the answer was HTTP 500", "by request"),
      (
        ["--fault", "429@hangup*1", "--streams", "0"], [], "Streaming_call_throttled", "by request"
      ),
      (
        ["--fault", "twice@events", "--streams", "0"], [], "Streaming_call_throttled", "by request"
      ),
    ])
  func failures(
    options: [String], more: [String], complaint: String, summary: String
  ) async throws {
    let (call, server) = try await run(options, more)
    #expect(call.status == 1)
    #expect(call.errors.contains(complaint), "\(call.errors)")
    #expect(!call.errors.contains("may be ringing"), "\(call.errors)")
    #expect(server.contains(summary), "\(server)")
  }

  @Test("hangs up on Ctrl-C while it rings")
  func interrupted() async throws {
    let server = try RunningAccount(["exotel-server", "--callee", "no-answer"])
    let call = try RunningSidetone(
      order + ["--stream-url", "ws://127.0.0.1:1/exotel"],
      environment: environment(try await server.base()))
    #expect(try await call.firstLine().hasPrefix("leg "))
    call.interrupt()
    let ended = try await call.end()
    #expect(ended.status == 1)
    #expect(ended.output.contains("stopped"))
    #expect(try await server.end().contains("hung up by request"))
  }

  @Test("does each thing on a leg")
  func actions() async throws {
    let server = try RunningAccount(["exotel-server", "--answer-after", "0"])
    let environment = environment(try await server.base())
    func leg(_ words: String...) async throws -> Sidetone {
      try await RunningSidetone(["exotel", "leg"] + words, environment: environment).end()
    }
    let dial = try await leg(
      "dial", "--contact", "09812345670", "--exophone", "04440001234", "--events-url",
      "grpc://events.example.com:443")
    #expect(dial.status == 0)
    #expect(dial.errors.contains("at onboarding"))
    let sid = dial.output.trimmingCharacters(in: .newlines)
    // It is answered at once, which a slow machine may see a little later.
    var said = try await leg("say", sid, "Hello there", "--loop", "10")
    for _ in 0..<20 where said.status != 0 { said = try await leg("say", sid, "Hello there") }
    #expect(said.output == "accepted\n")
    #expect(try await leg("stop-say", sid).status == 0)
    #expect(try await leg("play", sid, "https://example.com/a.wav").status == 0)
    #expect(try await leg("stream", sid, "ws://127.0.0.1:1/exotel").status == 0)
    #expect(try await leg("hangup", sid).status == 0)
    let again = try await leg("hangup", sid)
    #expect(again.status == 1)
    #expect(again.errors.contains("the leg is over"))
    #expect(try await server.end().contains("play_started"))
  }

  @Test(
    "refuses before anything rings",
    arguments: [
      (["--events-url", "grpc://h:443"], "describes to its customers alone"),
      (["--events-url", "https://h?x=1"], "is not https://HOST[/PATH]"),
      ([], "Exotel tells events by https"), (["--listen", "5002"], "given twice"),
      (["--contact", "12"], "given twice"), (["--tls-key", "k.pem"], "go together"),
      (["--rate", "44100"], "--rate 44100"),
    ])
  func usage(words: [String], message: String) async throws {
    let result = try await RunningSidetone(
      order + ["--stream-url", "wss://bot.example.com/exotel"] + words,
      environment: Array(environment("").dropLast())
    ).end()
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }
}
