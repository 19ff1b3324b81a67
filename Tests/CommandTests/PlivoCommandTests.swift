import BotTransport
import Foundation
import Testing

/// Plivo's REST side against an API that answers well, badly, oddly, or not at all.
@Suite("sidetone plivo", .timeLimit(.minutes(2))) struct PlivoCommandTests {
  private let start = ["plivo", "start", "c-1", "wss://bot.example.com/plivo", "--timeout", "1"]

  private func run(_ api: FakeREST, _ words: [String]) async throws -> Sidetone {
    let result = try await RunningSidetone(words, environment: api.plivoEnvironment).end()
    #expect(!(result.output + result.errors).contains("hush4711"))
    return result
  }

  @Test("starts a stream with what was asked for")
  func starts() async throws {
    let api = try FakeREST(
      .answers(202, #"{"message":"audio streaming started","stream_id":"s1"}"#))
    let result = try await run(
      api,
      start + [
        "--one-way", "--track", "both", "--status-callback", "https://bot.example.com/plivo/status",
      ])
    #expect(result.status == 0)
    #expect(result.output == "s1\n")
    let request = try #require(api.requests.first)
    #expect(request.method == "POST")
    #expect(request.path == "/v1/Account/MAEXAMPLE/Call/c-1/Stream/")
    #expect(request.headers["authorization"] == "Basic TUFFWEFNUExFOmh1c2g0NzEx")
    let body = String(decoding: request.body, as: UTF8.self)
    #expect(body.contains(#""service_url":"wss://bot.example.com/plivo""#), "\(body)")
    #expect(body.contains(#""bidirectional":false"#), "\(body)")
    #expect(body.contains(#""audio_track":"both""#), "\(body)")
    #expect(
      body.contains(#""status_callback_url":"https://bot.example.com/plivo/status""#), "\(body)")
  }

  @Test("lists streams, credentials of their addresses taken out")
  func lists() async throws {
    let api = try FakeREST(
      .answers(
        200,
        #"{"objects":[{"stream_id":"s1","status":"initiated","audio_track":"inbound","#
          + #""service_url":"wss://user:hush4711@bot.example.com/plivo"}]}"#))
    let result = try await run(api, ["plivo", "streams", "c-1"])
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("s1  initiated  inbound  "))
    #expect(api.requests.first?.method == "GET")
    let none = try FakeREST(.answers(200, #"{"objects":[]}"#))
    #expect(try await run(none, ["plivo", "streams", "c-1"]).output == "no streams\n")
  }

  @Test(
    "ends streams and calls; what is gone already is no mistake",
    arguments: [
      (["stop", "c-1"], 204, "/Stream/", "stopped"),
      (["stop", "c-1", "s1"], 204, "/Stream/s1/", "stopped"),
      (["stop", "c-1"], 404, "/Stream/", "was over already"),
      (["hangup", "c-1"], 204, "/", "hung up"),
      (["hangup", "c-1"], 404, "/", "was over already"),
    ])
  func ends(words: [String], status: Int, path: String, says: String) async throws {
    let api = try FakeREST(.answers(status, ""))
    let result = try await run(api, ["plivo"] + words)
    #expect(result.status == 0)
    #expect(result.output == says + "\n")
    #expect(api.requests.first?.method == "DELETE")
    #expect(api.requests.first?.path == "/v1/Account/MAEXAMPLE/Call/c-1" + path)
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
    let result = try await run(api, start)
    #expect(result.status == 1)
    #expect(result.errors.contains(words))
    #expect(result.errors.contains("sidetone plivo streams"))
    #expect(api.requests.count == 1)
  }

  @Test(
    "tells what was refused, and what to do",
    arguments: [
      (FakeREST.Behaviour.answers(400, #"{"error":"stream is up"}"#), "stream is up"),
      (.answers(401, ""), "id or token is wrong"), (.answers(404, ""), "not always the CallUUID"),
      (.answers(429, ""), "300 requests"),
    ])
  func refused(behaviour: FakeREST.Behaviour, words: String) async throws {
    let api = try FakeREST(behaviour)
    let result = try await run(api, start)
    #expect(result.status == 1)
    #expect(result.errors.contains(words))
    #expect(api.requests.count == 1)
  }

  @Test(
    "refuses before it sends",
    arguments: [
      (["start", "c-1", "https://bot.example.com"], "wss://"),
      (["start", "c/1", "wss://bot.example.com"], "call_uuid"),
      (["start", "c-1", "wss://bot.example.com", "--track", "left"], "--track"),
      (["start", "c-1"], "URL"), (["stop", "c-1", ".."], "stream_id"), (["hangup"], "CALL_UUID"),
    ])
  func validation(words: [String], message: String) async throws {
    let api = try FakeREST(.answers(200, ""))
    let result = try await run(api, ["plivo"] + words)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(api.requests.isEmpty)
  }

  @Test("asks for the environment, not for options")
  func environment() async throws {
    let result = try await Sidetone("plivo", "hangup", "c-1")
    #expect(result.status == 2)
    #expect(result.errors.contains("PLIVO_AUTH_ID"))
    for name in ["start", "stop", "streams", "hangup"] {
      let help = try await Sidetone("plivo", name, "--help")
      #expect(help.status == 0)
      #expect(help.output.contains("PLIVO_AUTH_TOKEN"))
    }
  }
}
