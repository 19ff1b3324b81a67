import CallLog
import Foundation
import Synchronization
import Telephony
import TestSupport
import Testing

@testable import BotTransport

/// Plivo's HTTP and its signatures, asked by curl.
@Suite("Plivo's HTTP endpoints") struct PlivoEndpointsTests {
  private static let token = "example-auth-token-000000000000000000000"
  private static let nonce = "12345678901234567890"

  private func server(
    _ endpoints: PlivoEndpoints, gate: PlivoGate? = nil, reach: Reach = Reach(),
    log: CallLogWriter? = nil
  ) async throws -> RunningServer {
    var configuration = ServerConfiguration()
    gate?.add(to: &configuration)
    configuration.reach = reach
    configuration.admitsStrangers = reach != Reach()
    configuration.callLog = log
    endpoints.add(to: &configuration)
    return try await RunningServer(configuration) { call in for await _ in call.audio {} }
  }

  private func signature(
    _ method: PlivoSignedRequest.Method, _ url: String, fields: String = ""
  ) throws -> String {
    let signer = PlivoSigner(tokens: [Self.token]) { HMACSHA256.code(key: $0, message: $1) }
    let request = try #require(
      PlivoSignedRequest(method, url: url, parameters: URLQuery(fields).items))
    return try #require(signer?.signature(of: request, nonce: Self.nonce))
  }

  private func headers(_ signature: String, main: Bool = false) -> [String] {
    let name = main ? "X-Plivo-Signature-Ma-V3" : "X-Plivo-Signature-V3"
    return ["-H", "\(name): \(signature)", "-H", "X-Plivo-Signature-V3-Nonce: \(Self.nonce)"]
  }

  @Test("answers a call with a stream to itself that carries the numbers on")
  func answer() async throws {
    let proxy = try #require(AddressRange("127.0.0.1"))
    let server = try await server(PlivoEndpoints(), reach: Reach(proxies: [proxy]))
    let answer = try await server.curl(
      "/plivo/answer", "-d", "CallUUID=c&From=%2B14155550123&To=14155550199", "-H",
      "X-Forwarded-Host: bot.example.com")
    #expect(answer.status == 200)
    #expect(
      answer.body.contains(
        #"<Stream bidirectional="true" keepCallAlive="true" audioTrack="inbound" "#
          + #"statusCallbackUrl="https://bot.example.com/plivo/status" statusCallbackMethod="POST" "#
          + #"contentType="audio/x-mulaw;rate=8000" extraHeaders="from=%2B14155550123,to=14155550199">"#
          + "wss://bot.example.com/plivo</Stream>"), "\(answer.body)")
    let get = try await server.curl("/plivo/answer?From=1")
    #expect(get.status == 200 && get.body.contains(#"extraHeaders="from=1""#))
    #expect(try await server.curl("/plivo/answer", "-X", "DELETE").status == 405)
    try await server.stop()
  }

  @Test("lets the application choose, and says clearly what Plivo would refuse")
  func chooseStream() async throws {
    struct Unknown: Error {}
    let server = try await server(
      PlivoEndpoints(chooseStream: { call, own in
        guard let uuid = call.callUUID else { throw Unknown() }
        var stream = own
        stream.timeoutSeconds = Int(uuid)
        return stream
      }))
    #expect(
      try await server.curl("/plivo/answer?CallUUID=60").body.contains("streamTimeout=\"60\""))
    let refused = try await server.curl("/plivo/answer?CallUUID=0")
    #expect(refused.status == 500 && refused.body.hasPrefix("streamTimeout: must be 1 to 86400"))
    #expect(try await server.curl("/plivo/answer").status == 500)
    try await server.stop()
  }

  @Test("takes status callbacks, tells the application and the call log")
  func status() async throws {
    let log = MemoryCallLog()
    let writer = CallLogWriter(log)
    let seen = Mutex<[PlivoStatusCallback.Kind]>([])
    let server = try await server(
      PlivoEndpoints(onStatus: { status in seen.withLock { $0.append(status.kind) } }),
      log: writer)
    for _ in 0..<2 {
      let answer = try await server.curl(
        "/plivo/status", "-d",
        "Event=DroppedStream&StreamID=s&CallUUID=c&StatusReason=connection_failed")
      #expect(answer.status == 200)
    }
    try await server.stop()
    #expect(seen.withLock { $0 } == [.failed, .failed])
    let records = await log.records
    #expect(records.count == 1 && records.first?.platform == .plivo)
    #expect(records.first?.events.count == 1)
    #expect(records.first?.events.first?.name.contains("could not open the WebSocket") == true)
  }

  @Test("takes webhooks with a signature alone, where there is a token")
  func signedWebhooks() async throws {
    let address = try #require(PublicAddress("wss://voice.example.com"))
    let gate = PlivoGate(tokens: [Self.token], reach: Reach(publicAddress: address))
    let server = try await server(PlivoEndpoints(gate: gate), gate: gate)
    let form = "Event=StartStream&StreamID=s+1"
    let url = "https://voice.example.com/plivo/status"
    let good = try signature(.post, url, fields: form)
    func post(_ words: [String]) async throws -> Int {
      try await server.curl("/plivo/status", ["-d", form] + words).status
    }
    #expect(try await post(headers(good)) == 200)
    #expect(try await post(headers("AAAA=, \(good)", main: true)) == 200)
    #expect(try await post([]) == 401)
    #expect(try await post(headers(try signature(.get, url))) == 401)
    #expect(try await post(headers(good) + ["-d", "more=1"]) == 401)
    let query = "/plivo/answer?b=2&a=x%20y"
    let get = try signature(.get, "https://voice.example.com" + query)
    #expect(try await server.curl(query, headers(get)[...]).status == 200)
    #expect(try await server.curl("/plivo/answer?b=2", headers(get)[...]).status == 401)
    try await server.stop()
  }

  @Test("takes upgrades with a signature alone, before the 101")
  func signedUpgrades() async throws {
    let address = try #require(PublicAddress("wss://voice.example.com"))
    let gate = PlivoGate(tokens: ["old", Self.token], reach: Reach(publicAddress: address))
    let server = try await server(PlivoEndpoints(gate: gate), gate: gate)
    let upgrade = [
      "--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H",
      "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "--max-time", "1",
    ]
    // The socket stays open after a 101, until curl's time is up.
    func status(_ words: [String], path: String = "/plivo/7aea0680?t=1") async throws -> Int {
      try await server.curl(path, upgrade[...] + words).status
    }
    for scheme in ["http", "https", "wss", "ws"] {
      let good = try signature(.get, "\(scheme)://voice.example.com/plivo/7aea0680?t=1")
      #expect(try await status(headers(good)) == 101, "\(scheme)")
    }
    #expect(try await status([]) == 401)
    let other = try signature(.get, "http://voice.example.org/plivo/7aea0680?t=1")
    #expect(try await status(headers(other)) == 401)
    #expect(try await status(headers(other), path: "/PLIVO") == 401)
    // However the path is written: the gate reads what the call would be carried by.
    for path in ["/plivo%3F", "/plivo%23x", "//Plivo", "/%70livo/x", "/plivo%2Fx"] {
      #expect(try await status([], path: path) == 401, "\(path)")
    }
    for path in ["/elsewhere", "/exotel", "/", "/plivox", "/x/plivo"] {
      #expect(try await status([], path: path) == 403, "\(path)")
    }
    try await server.stop()
  }

  @Test("a stranger's forwarded headers make no other host's signature valid, a named proxy's do")
  func forwardedHosts() async throws {
    let upgrade = [
      "--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H",
      "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "--max-time", "1",
    ]
    let proxy = try #require(AddressRange("127.0.0.1"))
    let good = headers(try signature(.get, "https://voice.example.com/plivo"))
    let status = headers(try signature(.get, "https://voice.example.com/plivo/status"))
    for (reach, upgraded, answered) in [(Reach(), 401, 401), (Reach(proxies: [proxy]), 101, 200)] {
      let gate = PlivoGate(tokens: [Self.token], reach: reach)
      let server = try await server(PlivoEndpoints(gate: gate), gate: gate, reach: reach)
      for forwarded in [
        "X-Forwarded-Host: voice.example.com", "Forwarded: host=voice.example.com;proto=https",
      ] {
        #expect(
          try await server.curl("/plivo", upgrade[...] + good + ["-H", forwarded]).status
            == upgraded)
        #expect(
          try await server.curl("/plivo/status", status[...] + ["-H", forwarded]).status
            == answered)
      }
      try await server.stop()
    }
  }

  @Test("signs what a query means, however it is escaped: blanks, plus signs, separators")
  func escapedQueries() async throws {
    let address = try #require(PublicAddress("wss://voice.example.com"))
    let gate = PlivoGate(tokens: [Self.token], reach: Reach(publicAddress: address))
    let server = try await server(PlivoEndpoints(gate: gate), gate: gate)
    let signer = PlivoSigner(tokens: [Self.token]) { HMACSHA256.code(key: $0, message: $1) }
    let request = PlivoSignedRequest(
      .get, scheme: "https", authority: "voice.example.com", path: "/plivo/answer",
      query: [
        .init(name: "To", value: "+14155550199"), .init(name: "name", value: "a b & c=d%"),
        .init(name: "z", value: ""),
      ])
    let good = try #require(signer?.signature(of: request, nonce: Self.nonce))
    for query in [
      "To=%2B14155550199&name=a+b+%26+c%3Dd%25&z=",
      "z=&name=a%20b%20%26%20c=d%25&To=%2b14155550199",
    ] {
      #expect(
        try await server.curl("/plivo/answer?\(query)", headers(good)[...]).status == 200,
        "\(query)")
    }
    let other = "To=+14155550199&name=a+b+%26+c%3Dd%25&z="
    #expect(try await server.curl("/plivo/answer?\(other)", headers(good)[...]).status == 401)
    try await server.stop()
  }

  @Test("has no call found by its first words, and asks for a signature alone")
  func onlyWay() throws {
    let gate = try #require(PlivoGate(tokens: [Self.token]))
    #expect(gate.judge(UpgradeRequest(path: "/plivo")) == .refused(status: 401))
    var configuration = ServerConfiguration()
    gate.add(to: &configuration)
    #expect(configuration.guardedPlatforms == [.plivo])
    let start = Array(#"{"event":"start","start":{"callId":"c","streamId":"s"}}"#.utf8)
    let found = unsafe configuration.call.platforms.detect(firstMessage: start.span.bytes)
    #expect(found == nil)
    #expect(configuration.call.platforms.codec(path: "/plivo")?.platform == .plivo)
    #expect(PlivoGate(tokens: [""]) == nil)
  }
}
