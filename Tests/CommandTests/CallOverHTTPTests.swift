import AudioEngine
import Foundation
import TestSupport
import Testing

/// `sidetone call` as a whole platform, against a server that is none of ours: Python's http.server for the
/// HTTP, Debian's websockets for the bot.
@Suite("sidetone call over HTTP") struct CallOverHTTPTests {
  private let scratch: Scratch
  private let audio: String
  private let server: Subprocess
  private let base: String

  init() async throws {
    scratch = try Scratch()
    let sound = WaveFile(
      rate: .hz8000, samples: (0..<2_400).map { Int16(truncatingIfNeeded: $0 * 37) })
    audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Peers/web_server.py").path
    server = try Subprocess("/usr/bin/python3", [script])
    base = "http://127.0.0.1:\(try await server.firstLine())"
  }

  private func call(_ words: [String], environment: [String] = []) async throws -> Sidetone {
    let all = ["call", "--audio", audio, "--tail", "0.1"] + words
    return try await RunningSidetone(all, environment: environment).end()
  }

  /// What the server was asked, in order.
  private func seen() throws -> [[String: Any]] {
    let data = try Data(contentsOf: try #require(URL(string: base + "/seen")))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
  }

  private func fields(_ text: Any?) -> [String: String] {
    var parts = URLComponents()
    parts.percentEncodedQuery = text as? String
    let items = (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }
    return Dictionary(items) { first, _ in first }
  }

  @Test("an Exotel call: lookup, start, passthru with its branch, callbacks sent again")
  func exotel() async throws {
    let report = scratch.file("report.json")
    let timeline = scratch.file("timeline.json")
    let url = base.replacing("://", with: "://key:hush@")
    let run = try await call([
      "--lookup", url + "/lookup?x=1", "--passthru", base + "/passthru", "--status",
      base + "/flaky", "--callback-retry", "2", "--report", report.path, "--timeline",
      timeline.path,
    ])
    // The first status callback was answered 500, which is a problem though the second was taken.
    #expect(run.status == 1)
    #expect(run.output.contains("problem: answered at \(base)/flaky was answered HTTP 500"))
    #expect(run.output.contains("branch B"))
    let seen = try seen()
    let paths = seen.compactMap { $0["path"] as? String }
    #expect(
      paths == ["/lookup", "/flaky", "/flaky", "/passthru", "/passthru", "/flaky", "/flaky"])
    let lookup = fields(seen[0]["query"])
    #expect(seen[0]["method"] as? String == "GET" && lookup["x"] == "1")
    #expect(seen[0]["authorization"] as? String == "Basic a2V5Omh1c2g=")
    let start = try #require(seen.compactMap { $0["start"] as? [String: Any] }.first)
    let body = try #require(start["start"] as? [String: Any])
    #expect(body["call_sid"] as? String == lookup["CallSid"] && lookup["CallSid"] != nil)
    #expect(body["custom_parameters"] as? [String: String] == ["ref": "7"])
    let passthru = fields(seen.first { $0["path"] as? String == "/passthru" }?["query"])
    #expect(passthru["Stream[StreamSID]"] == start["stream_sid"] as? String)
    #expect(passthru["Stream[Status]"] == "cancelled")
    #expect(passthru["Stream[DisconnectedBy]"] == "user")
    let terminal = fields(seen.last?["body"])
    #expect(terminal["EventType"] == "terminal" && terminal["Legs[0][Status]"] == "completed")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any])
    let http = try #require(json["http"] as? [[String: Any]])
    #expect(http.count == 7 && http[2]["attempt"] as? Int == 2)
    let lines = try JSONSerialization.jsonObject(with: Data(contentsOf: timeline)) as? [Any]
    let kinds = (lines ?? []).compactMap { ($0 as? [String: Any])?["kind"] as? String }
    #expect(kinds.prefix(2) == ["connected", "start"] && kinds.last == "stop")
    #expect((json["timeline"] as? [Any])?.count == kinds.count)
  }

  @Test("callbacks in every spelling", arguments: ["flat", "json", "multipart"])
  func styles(style: String) async throws {
    let run = try await call([
      "--lookup", base + "/lookup", "--passthru", base + "/passthru", "--status",
      base + "/status", "--callback-style", style,
    ])
    #expect(run.status == 0, "\(run.output)")
    let seen = try seen()
    let passthru = try #require(seen.first { $0["path"] as? String == "/passthru" })
    let status = try #require(seen.last { $0["path"] as? String == "/status" })
    let type = status["type"] as? String ?? ""
    switch style {
    case "flat":
      #expect((passthru["body"] as? String)?.contains(#""disconnectedby":"user""#) == true)
      #expect(fields(status["body"])["EventType"] == "terminal")
    case "json":
      #expect(fields(passthru["query"])["Stream"]?.contains(#""Status":"cancelled""#) == true)
      #expect(type == "application/json")
    default:
      #expect((passthru["body"] as? String)?.contains(#"name="Stream[Status]""#) == true)
      #expect(type.hasPrefix("multipart/form-data; boundary="))
    }
  }

  @Test("a Plivo call: signed answer URL, signed callbacks where its XML says")
  func plivo() async throws {
    let run = try await call(
      ["--provider", "plivo", "--answer", base + "/answer"],
      environment: ["PLIVO_AUTH_TOKEN=example-auth-token-000000000000000000000"])
    #expect(run.status == 0, "\(run.output)")
    let seen = try seen().filter { $0["path"] != nil }
    #expect(seen.allSatisfy { $0["signed"] as? Bool == true })
    let events = seen.dropFirst().map { fields($0["body"])["Event"] }
    #expect(events == ["StartStream", "StopStream"])
    let start = try #require(try self.seen().compactMap { $0["start"] as? [String: Any] }.first)
    #expect((start["extra_headers"] as? String)?.contains("a=1") == true)
    #expect(
      (start["start"] as? [String: Any])?["callId"] as? String
        == fields(seen[0]["body"])["CallUUID"])
  }
}
