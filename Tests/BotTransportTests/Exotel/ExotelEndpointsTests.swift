import CallLog
import Foundation
import Synchronization
import Telephony
import TestSupport
import Testing

@testable import BotTransport

/// Exotel's HTTP, asked by curl.
@Suite("Exotel's HTTP endpoints") struct ExotelEndpointsTests {
  private func server(
    _ endpoints: ExotelEndpoints, access: AccessPolicy = AccessPolicy(), reach: Reach = Reach(),
    log: CallLogWriter? = nil
  ) async throws -> RunningServer {
    var configuration = ServerConfiguration()
    configuration.access = access
    configuration.reach = reach
    configuration.admitsStrangers = reach != Reach()
    configuration.callLog = log
    endpoints.add(to: &configuration)
    return try await RunningServer(configuration) { call in for await _ in call.audio {} }
  }

  private func url(_ body: String) throws -> String? {
    let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
    return object?["url"] as? String
  }

  @Test("answers the stream lookup, GET and POST, with what it was asked with")
  func streamURL() async throws {
    let server = try await server(ExotelEndpoints())
    let host = "127.0.0.1:\(server.port)"
    let plain = try await server.curl("/exotel/stream-url?CallSid=c1&From=09812345670")
    #expect(plain.status == 200)
    #expect(try url(plain.body) == "wss://\(host)/exotel")
    let post = try await server.curl("/exotel/stream-url", "-d", "CallSid=c1")
    #expect(try url(post.body) == "wss://\(host)/exotel")
    let secret = try await server.curl(
      "/exotel/stream-url/t0k%2Ben?sample-rate=16000&CallSid=c1", "--user", "key:to/ken")
    #expect(try url(secret.body) == "wss://key:to%2Fken@\(host)/exotel/t0k%2Ben?sample-rate=16000")
    let forwarded = [
      "-H", "X-Forwarded-Host: bot.example.com", "-H", "X-Forwarded-Proto: https",
    ]
    let strangers = try await server.curl("/exotel/stream-url", forwarded[...])
    #expect(try url(strangers.body) == "wss://\(host)/exotel")
    try await server.stop()
    let reach = Reach(proxies: [try #require(AddressRange("127.0.0.1"))])
    let behind = try await self.server(ExotelEndpoints(), reach: reach)
    let proxied = try await behind.curl("/exotel/stream-url", forwarded[...])
    #expect(try url(proxied.body) == "wss://bot.example.com/exotel")
    try await behind.stop()
  }

  @Test("answers a plain GET of the media path with the same path")
  func mediaPath() async throws {
    let address = try #require(PublicAddress("wss://bot.example.com"))
    let server = try await server(ExotelEndpoints(), reach: Reach(publicAddress: address))
    let answer = try await server.curl("/exotel/v1/media?sample-rate=16000&ref=c-8817")
    #expect(answer.status == 200)
    #expect(
      try url(answer.body) == "wss://bot.example.com/exotel/v1/media?sample-rate=16000&ref=c-8817")
    let post = try await server.curl("/exotel/v1/media", "-d", "CallSid=c1")
    #expect(try url(post.body) == "wss://bot.example.com/exotel/v1/media")
    #expect(try await server.curl("/exotel?a=1&b=2&c=3&d=4").status == 400)
    #expect(try await server.curl("/elsewhere").status == 404)
    #expect(try await server.curl("/exotel", "-X", "DELETE").status == 405)
    try await server.stop()
  }

  @Test("lets the application choose, and says clearly what Exotel would refuse")
  func chooseStream() async throws {
    struct Unknown: Error {}
    let server = try await server(
      ExotelEndpoints(chooseStream: { lookup, _ in
        guard let sid = lookup.callSID else { throw Unknown() }
        let names = sid == "many" ? ["a", "b", "c", "d"] : ["ref"]
        return try ExotelStreamURL(
          "wss://bot2.example.com/exotel",
          parameters: names.map { URLQuery.Item(name: $0, value: lookup.to ?? "") })
      }))
    let answer = try await server.curl(
      "/exotel/stream-url", "-H", "Content-Type: application/json", "-d",
      #"{"CallSid": "c1", "To": "04440001234"}"#)
    #expect(try url(answer.body) == "wss://bot2.example.com/exotel?ref=04440001234")
    let many = try await server.curl("/exotel/stream-url?CallSid=many")
    #expect(many.status == 500)
    #expect(many.body.contains("at most 3"))
    #expect(try await server.curl("/exotel/stream-url").status == 500)
    try await server.stop()
  }

  /// How one and the same outcome may come.
  private static let passthru: [[String]] = [
    [
      "?CallSid=c1&Stream%5BStreamSID%5D=s1&Stream%5BStatus%5D=completed&Stream%5BDuration%5D=28&Stream%5BDisconnectedBy%5D=bot"
    ],
    [
      "?CallSid=c1&Stream[StreamSID]=s1&Stream[Status]=completed&Stream[Duration]=28&Stream[DisconnectedBy]=bot"
    ],
    [
      "?CallSid=c1&Stream.StreamSID=s1&Stream.Status=completed&Stream.Duration=28&Stream.DisconnectedBy=bot"
    ],
    [
      "?CallSid=c1", "--get", "--data-urlencode",
      #"Stream={"StreamSID":"s1","Status":"completed","Duration":"28","DisconnectedBy":"bot"}"#,
    ],
    ["", "-d", "callsid=c1&streamsid=s1&status=completed&duration=28&disconnectedby=bot"],
    [
      "", "-F", "CallSid=c1", "-F", "Stream[StreamSID]=s1", "-F", "Stream[Status]=completed", "-F",
      "Stream[Duration]=28", "-F", "Stream[DisconnectedBy]=bot",
    ],
    [
      "", "-H", "Content-Type: application/json", "-d",
      #"{"callsid":"c1","streamsid":"s1","status":"completed","duration":28,"disconnectedby":"bot","disposition":"","error":null}"#,
    ],
    [
      "?CallSid=c1", "-H", "Content-Type: application/json", "-d",
      #"{"Stream":{"StreamSID":"s1","Status":"completed","Duration":"28","DisconnectedBy":"bot"}}"#,
    ],
  ]

  @Test("takes Passthru in every encoding, as one event", arguments: [1, 3])
  func passthru(times: Int) async throws {
    let log = MemoryCallLog()
    let server = try await server(ExotelEndpoints(), log: CallLogWriter(log))
    for words in Self.passthru {
      for _ in 0..<times {
        let path = "/exotel/passthru" + words[0]
        #expect(try await server.curl(path, words.dropFirst()).status == 200)
      }
    }
    try await server.stop()
    let records = await log.records
    #expect(records.count == 1)
    let record = try #require(records.first)
    #expect(record.callSID == "c1")
    #expect(record.streamSID == "s1")
    #expect(record.outcome?.status == "completed")
    #expect(record.outcome?.durationSeconds == 28)
    #expect(record.outcome?.disconnectedBy == "bot")
    #expect(record.events.map(\.name) == ["passthru"])
  }

  @Test("takes status callbacks in every encoding, as one event")
  func status() async throws {
    let told = Atomic(0)
    let log = MemoryCallLog()
    let endpoints = ExotelEndpoints(onStatus: { _ in told.add(1, ordering: .relaxed) })
    let server = try await server(endpoints, log: CallLogWriter(log))
    let json =
      #"{"CallSid":"c1","EventType":"terminal","Status":"completed","Legs":[{"OnCallDuration":58,"Status":"completed","AnsweredBy":"human"}]}"#
    let requests: [[String]] = [
      ["-H", "Content-Type: application/json", "-d", json],
      [
        "-F", "CallSid=c1", "-F", "EventType=terminal", "-F", "Status=completed", "-F",
        "Legs[0][OnCallDuration]=58", "-F", "Legs[0][Status]=completed", "-F",
        "Legs[0][AnsweredBy]=human",
      ],
      ["-d", "CallSid=c1&EventType=terminal&Status=completed&Legs[0][Status]=completed"],
    ]
    for words in requests {
      #expect(try await server.curl("/exotel/status", words[...]).status == 200)
    }
    try await server.stop()
    let record = try #require(await log.records.first)
    #expect(record.outcome?.legs.first?.answeredBy == "human")
    #expect(record.outcome?.callStatus == "completed")
    #expect(record.events.map(\.name) == ["status terminal"])
    #expect(told.load(ordering: .relaxed) == 3)
  }

  @Test("answers 200 whatever a callback holds")
  func badCallbacks() async throws {
    let log = MemoryCallLog()
    let writer = CallLogWriter(log)
    let server = try await server(ExotelEndpoints(), log: writer)
    for path in ["/exotel/passthru", "/exotel/status", "/exotel/events"] {
      #expect(
        try await server.curl(path, "-H", "Content-Type: application/json", "-d", "{").status == 200
      )
      #expect(try await server.curl(path, "-d", "").status == 200)
      #expect(try await server.curl(path + "?%FF%28=%41&Stream[=]&&&").status == 200)
    }
    try await server.stop()
    #expect(await log.records.isEmpty)
    #expect(writer.counts.unidentified > 0)
    #expect(writer.counts.written == 0)
  }

  @Test("chooses a Passthru applet's branch")
  func branches() async throws {
    let server = try await server(
      ExotelEndpoints(chooseBranch: { $0.callSID == "transfer" ? .second : .first }))
    #expect(try await server.curl("/exotel/passthru?CallSid=c1").status == 200)
    #expect(try await server.curl("/exotel/passthru?CallSid=transfer").status == 302)
    try await server.stop()
  }

  @Test("a bot hands its call over, and the applet is told so whenever it asks")
  func handOff() async throws {
    var configuration = ServerConfiguration()
    ExotelEndpoints(chooseBranch: { _ in .first }).add(to: &configuration)
    let server = try await RunningServer(configuration) { call in
      try await call.handOff(to: .second)
    }
    let loop = try EventLoop(name: "caller")
    loop.start()
    defer { loop.stop() }
    let caller = try await server.caller(on: loop)
    await caller.send(ExotelCaller.start(callID: "handed"))
    #expect(try await caller.next(1) == [.closed(code: 1000, reason: "handed over")])
    for _ in 0..<2 {
      #expect(try await server.curl("/exotel/passthru?CallSid=handed").status == 302)
    }
    #expect(try await server.curl("/exotel/passthru", "-d", "CallSid=handed").status == 302)
    #expect(try await server.curl("/exotel/passthru?CallSid=other").status == 200)
    try await server.stop()
  }

  @Test("asks for an address, and for credentials where it is told to")
  func access() async throws {
    let range = try #require(AddressRange("203.0.113.0/24"))
    let far = try await server(ExotelEndpoints(access: AccessPolicy(addresses: [range])))
    #expect(try await far.curl("/exotel/passthru?CallSid=c1").status == 403)
    try await far.stop()
    let policy = AccessPolicy(tokens: [try #require(Secret("abc"))])
    let near = try await server(ExotelEndpoints(access: policy, isProtected: true))
    #expect(try await near.curl("/exotel/passthru?CallSid=c1").status == 401)
    #expect(try await near.curl("/exotel/passthru/abc?CallSid=c1").status == 200)
    #expect(try await near.curl("/exotel/status?token=abc", "-d", "CallSid=c1").status == 200)
    try await near.stop()
  }
}
