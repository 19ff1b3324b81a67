import BotTransport
import Foundation
import Telephony
import Testing

/// Twilio's REST side against an API that answers well, badly, oddly, or not at all.
@Suite("sidetone twilio", .timeLimit(.minutes(2))) struct TwilioCommandTests {
  private let place = [
    "twilio", "call", "--to", "+919812345670", "--from", "+15005550006", "--stream-url",
    "wss://bot.example.com/twilio", "--timeout", "1",
  ]
  private let root = "/2010-04-01/Accounts/ACEXAMPLE/Calls"

  private func run(_ api: FakeREST, _ words: [String]) async throws -> Sidetone {
    let result = try await RunningSidetone(words, environment: api.twilioEnvironment).end()
    #expect(!(result.output + result.errors).contains("hush4711"))
    return result
  }

  private func form(_ request: HTTPRequest) -> [String: String] {
    let items = URLQuery(String(decoding: request.body, as: UTF8.self)).items
    return Dictionary(items.map { ($0.name, $0.value) }) { first, _ in first }
  }

  @Test("places a call whose bot is told the numbers")
  func places() async throws {
    let api = try FakeREST(.answers(201, #"{"sid":"CA1","status":"queued"}"#))
    let result = try await run(
      api,
      place + [
        "--parameter", "ref=a=b", "--ring", "20", "--status-callback",
        "https://bot.example.com/twilio/status",
      ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "call CA1: queued\n")
    let request = try #require(api.requests.first)
    #expect(request.method == "POST" && request.path == root + ".json")
    #expect(request.headers["authorization"] == "Basic QUNFWEFNUExFOmh1c2g0NzEx")
    let fields = form(request)
    #expect(fields["To"] == "+919812345670" && fields["From"] == "+15005550006")
    #expect(fields["Timeout"] == "20")
    let twiml = fields["Twiml"] ?? ""
    #expect(twiml.contains(#"<Connect><Stream url="wss://bot.example.com/twilio">"#), "\(twiml)")
    #expect(twiml.contains(#"<Parameter name="from" value="+15005550006"/>"#), "\(twiml)")
    #expect(twiml.contains(#"<Parameter name="ref" value="a=b"/>"#), "\(twiml)")
  }

  @Test("places a call that asks a webhook, and prints it without sending where that is asked")
  func webhook() async throws {
    let api = try FakeREST(.answers(201, #"{"sid":"CA1","status":"queued"}"#))
    let words = Array(place.prefix(6)) + ["--answer-url", "https://bot.example.com/twilio/answer"]
    let dry = try await run(api, words + ["--dry-run"])
    #expect(dry.status == 0 && api.requests.isEmpty)
    #expect(dry.output.contains("Calls.json"), "\(dry.output)")
    #expect(try await run(api, words).status == 0)
    #expect(api.requests.first.map(form)?["Url"] == "https://bot.example.com/twilio/answer")
  }

  @Test("starts one-way streams, and stops them by sid or name")
  func streams() async throws {
    let api = try FakeREST(.answers(201, #"{"sid":"MZ1","status":"in-progress"}"#))
    let started = try await run(
      api,
      [
        "twilio", "streams", "CA1", "--start", "wss://bot.example.com/tap", "--track",
        "both_tracks", "--name", "tap",
      ])
    #expect(started.status == 0 && started.output == "MZ1\n", "\(started.errors)")
    let request = try #require(api.requests.first)
    #expect(request.path == root + "/CA1/Streams.json")
    #expect(
      form(request) == [
        "Url": "wss://bot.example.com/tap", "Track": "both_tracks", "Name": "tap",
        "Parameter1.Name": "direction", "Parameter1.Value": "unidirectional",
      ])
    for (status, says) in [(200, "stopped\n"), (404, "was over already\n")] {
      let api = try FakeREST(.answers(status, "{}"))
      let stopped = try await run(api, ["twilio", "streams", "CA1", "--stop", "tap"])
      #expect(stopped.status == 0 && stopped.output == says)
      #expect(api.requests.first?.path == root + "/CA1/Streams/tap.json")
      #expect(api.requests.first.map(form) == ["Status": "stopped"])
    }
  }

  @Test(
    "hangs up; what is gone already is no mistake",
    arguments: [(200, "hung up\n"), (404, "was over already\n")])
  func hangsUp(status: Int, says: String) async throws {
    let api = try FakeREST(.answers(status, #"{"sid":"CA1"}"#))
    let result = try await run(api, ["twilio", "hangup", "CA1"])
    #expect(result.status == 0 && result.output == says)
    #expect(api.requests.first?.path == root + "/CA1.json")
    #expect(api.requests.first.map(form) == ["Status": "completed"])
  }

  @Test(
    "asks once, and says that it does not know",
    arguments: [
      (FakeREST.Behaviour.answers(500, ""), "HTTP 500"),
      (.answers(200, "<html>odd</html>"), "could not be read"),
      (.answers(200, "{}"), "could not be read"), (.hangs, "no answer came"),
    ])
  func unknown(behaviour: FakeREST.Behaviour, words: String) async throws {
    let api = try FakeREST(behaviour)
    let result = try await run(api, place)
    #expect(result.status == 1)
    #expect(result.errors.contains(words) && result.errors.contains("may be ringing"))
    #expect(api.requests.count == 1)
  }

  @Test(
    "tells what was refused, and what to do",
    arguments: [
      (
        FakeREST.Behaviour.answers(400, #"{"code":21211,"message":"Invalid 'To'"}"#),
        "21211: Invalid 'To'"
      ),
      (.answers(401, ""), "sid or token is wrong"), (.answers(429, ""), "Too many requests"),
    ])
  func refused(behaviour: FakeREST.Behaviour, words: String) async throws {
    let api = try FakeREST(behaviour)
    let result = try await run(api, place)
    #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
    #expect(api.requests.count == 1)
  }

  @Test(
    "refuses before it sends",
    arguments: [
      (["call", "--to", "1", "--from", "2", "--stream-url", "wss://h/?a=b"], "no query"),
      (["call", "--to", "1", "--from", "2", "--stream-url", "https://h/"], "wss://"),
      (["call", "--to", "1", "--from", "2"], "--stream-url or --answer-url"),
      (["call", "--from", "2", "--stream-url", "wss://h/"], "--to"),
      (
        ["call", "--to", "1", "--from", "2", "--answer-url", "https://h", "--parameter", "a=b"],
        "--parameter"
      ),
      (["hangup", "CA/1"], "CallSid"), (["hangup"], "CALL_SID"),
      (["streams", "CA1"], "--start or --stop"), (["streams", "CA1", "--stop", ".."], "StreamSid"),
      (["streams", "CA1", "--start", "wss://h/", "--track", "left"], "--track"),
    ])
  func validation(words: [String], message: String) async throws {
    let api = try FakeREST(.answers(200, ""))
    let result = try await run(api, ["twilio"] + words)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(api.requests.isEmpty)
  }

  @Test("asks for the environment, not for options; a key's sid goes before the account's token")
  func environment() async throws {
    let result = try await Sidetone("twilio", "hangup", "CA1")
    #expect(result.status == 2 && result.errors.contains("TWILIO_ACCOUNT_SID is not set"))
    let api = try FakeREST(.answers(200, "{}"))
    let words = ["twilio", "hangup", "CA1"]
    let keyed = try await RunningSidetone(
      words,
      environment: api.twilioEnvironment + ["TWILIO_API_KEY=SK1", "TWILIO_API_SECRET=s"]
    ).end()
    #expect(keyed.status == 0)
    #expect(api.requests.first?.headers["authorization"] == "Basic U0sxOnM=")
    let half = try await RunningSidetone(
      words, environment: api.twilioEnvironment + ["TWILIO_API_KEY=SK1"]
    ).end()
    #expect(half.status == 2 && half.errors.contains("TWILIO_API_SECRET is not set"))
  }
}
