import BotTransport
import Foundation
import Testing

/// Exotel's REST side against an API that answers well, badly, oddly, or not at all.
@Suite("sidetone exotel") struct ExotelCommandTests {
  private let order = [
    "exotel", "call", "--from", "+919812345670", "--callerid", "04440001234", "--stream-url",
    "wss://bot.example.com/exotel", "--rate", "16000", "--parameter", "ref=c-8817",
    "--custom-field", "c-8817", "--timeout", "1",
  ]

  private func run(_ api: FakeREST, _ words: [String]) async throws -> Sidetone {
    let result = try await RunningSidetone(words, environment: api.environment).end()
    #expect(!(result.output + result.errors).contains("hush4711"))
    return result
  }

  @Test("places a call with what was asked for")
  func places() async throws {
    let api = try FakeREST(.answers(200, #"{"Call":{"Sid":"c1","Status":"in-progress"}}"#))
    let result = try await run(api, order)
    #expect(result.status == 0)
    #expect(result.output == "call c1: in-progress\n")
    let request = try #require(api.requests.first)
    #expect(request.method == "POST")
    #expect(request.path == "/v1/Accounts/acmevoice1/Calls/connect.json")
    #expect(request.headers["authorization"] == "Basic a2V5Omh1c2g0NzEx")
    let form = String(decoding: request.body, as: UTF8.self)
    #expect(form.contains("From=%2B919812345670&CallerId=04440001234"))
    #expect(
      form.contains(
        "StreamUrl=wss%3A%2F%2Fbot.example.com%2Fexotel%3Fsample-rate%3D16000%26ref%3Dc-8817"))
    #expect(form.contains("CustomField=c-8817"))
  }

  @Test(
    "asks once, whatever comes",
    arguments: [
      (FakeREST.Behaviour.answers(500, ""), "HTTP 500"),
      (.answers(503, "<html>", ["Retry-After": "0"]), "HTTP 503"),
      (.answers(200, "<html>odd</html>"), "could not be read"),
      (.answers(200, "{}"), "could not be read"),
      (.hangs, "no answer came"),
    ])
  func unknown(behaviour: FakeREST.Behaviour, words: String) async throws {
    let api = try FakeREST(behaviour)
    let result = try await run(api, order)
    #expect(result.status == 1)
    #expect(result.errors.contains(words))
    #expect(result.errors.contains("do not repeat"))
    #expect(api.requests.count == 1)
  }

  @Test(
    "tells what was refused, and what to do",
    arguments: [
      (
        FakeREST.Behaviour.answers(
          400, #"{"RestException":{"Status":400,"Message":"bad From","Code":34001}}"#), "bad From"
      ),
      (.answers(401, "", ["WWW-Authenticate": "Basic"]), "key or token is wrong"),
      (.answers(403, ""), "switched on per account"),
      (
        .answers(429, #"{"RestException":{"Code":"RATE_LIMIT_EXCEEDED"}}"#, ["Retry-After": "7"]),
        "after 7 s"
      ),
    ])
  func refused(behaviour: FakeREST.Behaviour, words: String) async throws {
    let api = try FakeREST(behaviour)
    let result = try await run(api, order)
    #expect(result.status == 1)
    #expect(result.errors.contains(words))
    #expect(api.requests.count == 1)
  }

  @Test("follows no redirect with the credentials")
  func redirect() async throws {
    let other = try FakeREST(.answers(200, #"{"Call":{"Sid":"c1"}}"#))
    let base = try #require(other.environment.last?.split(separator: "=").last)
    let api = try FakeREST(.answers(302, "", ["Location": "\(base)/elsewhere"]))
    let result = try await run(api, order)
    #expect(result.status == 1)
    #expect(other.requests.isEmpty)
  }

  @Test("says that nobody listens")
  func unreachable() async throws {
    let result = try await RunningSidetone(
      order,
      environment: [
        "EXOTEL_API_KEY=k", "EXOTEL_API_TOKEN=t", "EXOTEL_ACCOUNT_SID=a",
        "EXOTEL_API_BASE=http://127.0.0.1:1",
      ]
    ).end()
    #expect(result.status == 1)
    #expect(result.errors.contains("no answer came"))
  }

  @Test(
    "refuses before it sends",
    arguments: [
      (["--from", "12345", "--callerid", "044"], "E.164"),
      (
        ["--from", "+919812345670", "--callerid", "044", "--flow-url", "https://my.exotel.com/x"],
        "exclude"
      ),
      (["--from", "+919812345670", "--callerid", "044", "--time-limit", "14401"], "--time-limit"),
      (["--from", "+919812345670", "--callerid", "044", "--parameter", "a"], "NAME=VALUE"),
      (
        [
          "--from", "+919812345670", "--callerid", "044", "--parameter", "a=1", "--parameter",
          "b=2", "--parameter", "c=3", "--parameter", "d=4",
        ], "at most 3"
      ),
    ])
  func validation(words: [String], message: String) async throws {
    let api = try FakeREST(.answers(200, ""))
    let result = try await run(
      api, ["exotel", "call", "--stream-url", "wss://bot.example.com/x"] + words)
    #expect(result.status == 2)
    #expect(result.errors.contains(message))
    #expect(api.requests.isEmpty)
  }

  @Test("asks for the environment, not for options")
  func environment() async throws {
    let result = try await Sidetone("exotel", "streams")
    #expect(result.status == 2)
    #expect(result.errors.contains("EXOTEL_API_KEY"))
  }

  @Test(
    "counts streams, in JSON and XML",
    arguments: [
      (#"{"status":"success","active_streams":12,"max_allowed_streams":100}"#, 0, "12 of 100"),
      (
        "<TwilioResponse><Stream><ActiveStreamCount>90</ActiveStreamCount><ThrottleLimit>100</ThrottleLimit></Stream></TwilioResponse>",
        1, "90 of 100"
      ),
    ] as [(String, Int32, String)])
  func streams(body: String, status: Int32, words: String) async throws {
    let api = try FakeREST(.answers(200, body))
    let result = try await run(api, ["exotel", "streams", "--timeout", "5"])
    #expect(result.status == status)
    #expect(result.output.contains(words))
    #expect(api.requests.first?.path == "/v1/Accounts/acmevoice1/ActiveStreams")
  }
}
