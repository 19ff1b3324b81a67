import CallLog
import Foundation
import Synchronization
import Telephony
import TestSupport
import Testing

@testable import BotTransport

/// Twilio's HTTP and its signatures, asked by curl.
@Suite("Twilio's HTTP endpoints") struct TwilioEndpointsTests {
  private static let token = "12345678901234567890123456789012"

  private func server(
    _ endpoints: TwilioEndpoints, gate: TwilioGate? = nil, reach: Reach = Reach(),
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

  private func signed(
    _ url: String, fields: String = "", by algorithm: TwilioSignature.Algorithm = .sha1
  ) throws -> [String] {
    let signer = TwilioSigner(
      tokens: [Self.token], sha1: { HMACSHA1.code(key: $0, message: $1) },
      sha256: { HMACSHA256.code(key: $0, message: $1) })
    let request = TwilioSignedRequest(url, parameters: URLQuery(fields).items)
    let text = try #require(signer?.signature(of: request, by: algorithm))
    let settings = ["-H", "X-Twilio-Webhooks-Signature-Settings: key=k,algorithm=HMAC_SHA256"]
    return ["-H", "X-Twilio-Signature: \(text)"] + (algorithm == .sha256 ? settings : [])
  }

  @Test("answers a call with a stream to itself that carries the numbers on")
  func answer() async throws {
    let proxy = try #require(AddressRange("127.0.0.1"))
    let server = try await server(TwilioEndpoints(), reach: Reach(proxies: [proxy]))
    let answer = try await server.curl(
      "/twilio/answer", "-d", "CallSid=CA1&From=%2B14155550123&To=%2B14155550199", "-H",
      "X-Forwarded-Host: bot.example.com")
    #expect(answer.status == 200)
    #expect(
      answer.body.contains(
        #"<Connect><Stream url="wss://bot.example.com/twilio" "#
          + #"statusCallback="https://bot.example.com/twilio/status">"#
          + #"<Parameter name="from" value="+14155550123"/>"#
          + #"<Parameter name="to" value="+14155550199"/></Stream></Connect>"#), "\(answer.body)")
    let get = try await server.curl("/twilio/answer?From=1&one-way=true")
    #expect(get.status == 200 && get.body.contains("<Start><Stream "), "\(get.body)")
    #expect(get.body.contains(#"<Parameter name="direction" value="unidirectional"/>"#))
    #expect(get.body.contains("</Start><Pause "))
    #expect(try await server.curl("/twilio/answer", "-X", "DELETE").status == 405)
    try await server.stop()
  }

  @Test("lets the application choose, and says clearly what Twilio would refuse")
  func chooseStream() async throws {
    struct Unknown: Error {}
    let server = try await server(
      TwilioEndpoints(chooseStream: { call, own in
        guard let sid = call.callSID else { throw Unknown() }
        var stream = own
        stream.url += "/" + sid
        return stream
      }))
    let chosen = try await server.curl("/twilio/answer?CallSid=CA1")
    #expect(chosen.body.contains("/twilio/CA1\""), "\(chosen.body)")
    let refused = try await server.curl("/twilio/answer?CallSid=a%3Fb")
    #expect(refused.status == 500 && refused.body.hasPrefix("url: may have no query"))
    #expect(try await server.curl("/twilio/answer").status == 500)
    try await server.stop()
  }

  @Test("takes callbacks of streams and of calls, tells the application and the call log")
  func status() async throws {
    let log = MemoryCallLog()
    let writer = CallLogWriter(log)
    let seen = Mutex<[TwilioStatusCallback.Kind]>([])
    let server = try await server(
      TwilioEndpoints(onStatus: { status in seen.withLock { $0.append(status.kind) } }),
      log: writer)
    for form in [
      "StreamEvent=stream-error&StreamSid=MZ1&CallSid=CA1&StreamError=31920+handshake",
      "StreamEvent=stream-error&StreamSid=MZ1&CallSid=CA1&StreamError=31920+handshake",
      "CallSid=CA1&CallStatus=completed&CallDuration=63&From=%2B1&To=%2B2&SequenceNumber=3",
    ] {
      #expect(try await server.curl("/twilio/status", "-d", form).status == 200)
    }
    try await server.stop()
    #expect(seen.withLock { $0 } == [.failed, .failed, .call])
    let records = await log.records
    #expect(records.count == 1)
    let record = try #require(records.first)
    #expect(record.platform == .twilio && record.events.count == 2)
    #expect(record.events.first?.name.contains("not answered with 101") == true)
    #expect(record.outcome?.callStatus == "completed" && record.outcome?.legs.first?.seconds == 63)
    #expect(record.from == "+1" && record.to == "+2")
    #expect(record.diagnosis().cause.contains("101"))
  }

  @Test("takes webhooks with a signature alone, where there is a token")
  func signedWebhooks() async throws {
    let address = try #require(PublicAddress("wss://voice.example.com"))
    let gate = TwilioGate(tokens: [Self.token], reach: Reach(publicAddress: address))
    let server = try await server(TwilioEndpoints(gate: gate), gate: gate)
    let form = "StreamEvent=stream-started&StreamSid=MZ+1&a=%26"
    let url = "https://voice.example.com/twilio/status"
    func post(_ words: [String]) async throws -> Int {
      try await server.curl("/twilio/status", ["-d", form] + words).status
    }
    #expect(try await post(signed(url, fields: form)) == 200)
    #expect(try await post(signed(url, fields: form, by: .sha256)) == 200)
    #expect(
      try await post(signed("https://voice.example.com:443/twilio/status", fields: form)) == 200)
    #expect(try await post([]) == 401)
    #expect(try await post(signed(url)) == 401)
    #expect(try await post(signed(url, fields: form) + ["-d", "more=1"]) == 401)
    // Byte for byte as it was asked: the same query spelt otherwise is another address.
    let query = "/twilio/answer?b=2&a=x%20y+%2b"
    let get = try signed("https://voice.example.com" + query)
    #expect(try await server.curl(query, get[...]).status == 200)
    #expect(try await server.curl("/twilio/answer?b=2&a=x+y+%2b", get[...]).status == 401)
    #expect(try await server.curl("/twilio/answer?b=2", get[...]).status == 401)
    try await server.stop()
  }

  private static let upgrade = [
    "--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H",
    "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "--max-time", "1",
  ]

  @Test("takes upgrades with a signature alone, before the 101, whatever scheme and port it names")
  func signedUpgrades() async throws {
    let address = try #require(PublicAddress("wss://voice.example.com"))
    let gate = TwilioGate(tokens: ["old", Self.token], reach: Reach(publicAddress: address))
    let server = try await server(TwilioEndpoints(gate: gate), gate: gate)
    // The socket stays open after a 101, until curl's time is up.
    func status(_ words: [String], path: String = "/twilio/t%30k3n") async throws -> Int {
      try await server.curl(path, Self.upgrade[...] + words).status
    }
    for front in ["wss://voice.example.com", "https://voice.example.com:443"] {
      #expect(try await status(signed("\(front)/twilio/t%30k3n")) == 101, "\(front)")
    }
    #expect(
      try await status(signed("wss://voice.example.com/twilio/t%30k3n", by: .sha256)) == 101)
    #expect(try await status([]) == 401)
    // What the path means is not what was signed.
    #expect(try await status(signed("wss://voice.example.com/twilio/t0k3n")) == 401)
    #expect(try await status(signed("wss://voice.example.org/twilio/t%30k3n")) == 401)
    for path in ["/twilio%3F", "//Twilio", "/%74wilio/x", "/TWILIO"] {
      #expect(try await status([], path: path) == 401, "\(path)")
    }
    for path in ["/elsewhere", "/exotel", "/"] {
      #expect(try await status([], path: path) == 403, "\(path)")
    }
    try await server.stop()
  }

  @Test("a stranger's forwarded headers make no other host's signature valid, a named proxy's do")
  func forwardedHosts() async throws {
    let proxy = try #require(AddressRange("127.0.0.1"))
    let good = try signed("wss://voice.example.com/twilio")
    for (reach, upgraded) in [(Reach(), 401), (Reach(proxies: [proxy]), 101)] {
      let gate = TwilioGate(tokens: [Self.token], reach: reach)
      let server = try await server(TwilioEndpoints(gate: gate), gate: gate, reach: reach)
      let answer = try await server.curl(
        "/twilio", Self.upgrade[...] + good + ["-H", "X-Forwarded-Host: voice.example.com"])
      #expect(answer.status == upgraded)
      try await server.stop()
    }
  }

  @Test("has no call found by its first words where there is a gate")
  func onlyWay() throws {
    let gate = try #require(TwilioGate(tokens: [Self.token]))
    #expect(gate.judge(UpgradeRequest(path: "/twilio")) == .refused(status: 401))
    var configuration = ServerConfiguration()
    gate.add(to: &configuration)
    let start = Array(
      #"{"event":"start","start":{"callSid":"CA","streamSid":"MZ","tracks":["inbound"]}}"#.utf8)
    #expect(
      unsafe configuration.call.platforms.detect(firstMessage: start.span.bytes) == nil)
    #expect(configuration.call.platforms.codec(path: "/twilio")?.platform == .twilio)
    #expect(TwilioGate(tokens: [""]) == nil)
  }
}
