import BotTransport
import Synchronization
import Telephony
import Testing

/// Who gets a bot: judged with real sockets of an independent platform.
@Suite("access at the upgrade") struct AccessTests {
  /// What came of knocking.
  struct Outcome: Equatable, CustomTestStringConvertible {
    var status: Int
    var code: Int?
    var testDescription: String { "\(status), closed \(code ?? 0)" }
  }

  private static let admitted = Outcome(status: 101, code: 1000)
  private static let late = Outcome(status: 101, code: 1008)

  /// Knocks at a server with `policy`, and says how many bots it cost.
  private func knock(
    _ policy: AccessPolicy, _ options: String
  ) async throws -> (outcome: Outcome, bots: Int) {
    let bots = Atomic(0)
    var configuration = ServerConfiguration()
    configuration.access = policy
    let server = try await RunningServer(configuration) { call in
      bots.add(1, ordering: .relaxed)
      for await _ in call.audio {}
    }
    let report = try await server.platform("knock", options)
    try await server.stop()
    return (
      Outcome(status: Int(report.number("status")), code: report.code),
      bots.load(ordering: .relaxed)
    )
  }

  private func basic() throws -> AccessPolicy {
    AccessPolicy(credentials: [try #require(BasicCredentials("key:token"))])
  }

  private func token() throws -> AccessPolicy {
    AccessPolicy(tokens: [try #require(Secret("abc+123"))])
  }

  @Test(
    "asks for Basic credentials before 101",
    arguments: [
      (#"{"headers": {"Authorization": "Basic a2V5OnRva2Vu"}}"#, Self.admitted),
      (#"{"headers": {"Authorization": "basic  a2V5OnRva2Vu"}}"#, Self.admitted),
      (#"{"headers": {"Authorization": "Basic a2V5Ondyb25n"}}"#, Outcome(status: 401)),
      (#"{"headers": {"Authorization": "Bearer a2V5OnRva2Vu"}}"#, Outcome(status: 401)),
      (#"{"parameters": {"token": "abc+123"}}"#, Outcome(status: 401)),
      ("{}", Outcome(status: 401)),
    ])
  func basicCredentials(options: String, outcome: Outcome) async throws {
    let result = try await knock(try basic(), options)
    #expect(result.outcome == outcome)
    #expect(result.bots == (outcome == Self.admitted ? 1 : 0))
  }

  @Test(
    "takes a token from path, query or start, and starts no bot before it",
    arguments: [
      (#"{"path": "/abc+123"}"#, Self.admitted),
      (#"{"path": "/v1/abc%2B123/media"}"#, Self.admitted),
      (#"{"path": "?sample-rate=8000&token=abc%2B123"}"#, Self.admitted),
      (#"{"parameters": {"token": "abc+123"}}"#, Self.admitted),
      (#"{"parameters": {"token:abc+123": ""}}"#, Self.admitted),
      (#"{"parameters": "{\"token:abc+123=\": \"\"}"}"#, Self.admitted),
      (#"{"path": "/abc+124"}"#, Self.late),
      (#"{"parameters": {"token": "abc+12"}}"#, Self.late),
      ("{}", Self.late),
    ])
  func tokens(options: String, outcome: Outcome) async throws {
    let result = try await knock(try token(), options)
    #expect(result.outcome == outcome)
    #expect(result.bots == (outcome == Self.admitted ? 1 : 0))
  }

  @Test("any credential suffices, and the address counts besides")
  func combinations() async throws {
    var policy = try basic()
    policy.tokens = try token().tokens
    let header = #"{"headers": {"Authorization": "Basic a2V5OnRva2Vu"}}"#
    #expect(try await knock(policy, header).outcome == Self.admitted)
    #expect(try await knock(policy, #"{"path": "/abc+123"}"#).outcome == Self.admitted)
    policy.addresses = [try #require(AddressRange("127.0.0.0/8"))]
    #expect(try await knock(policy, header).outcome == Self.admitted)
    #expect(try await knock(policy, "{}").outcome == Self.late)
    policy.addresses = [try #require(AddressRange("203.0.113.0/24"))]
    #expect(try await knock(policy, header).outcome == Outcome(status: 403))
    let only = AccessPolicy(addresses: [try #require(AddressRange("::/0"))])
    #expect(try await knock(only, "{}").outcome == Outcome(status: 403))
  }

  @Test("refuses to listen to others without a policy", arguments: ["0.0.0.0", "::"])
  func openServer(host: String) async throws {
    await #expect(throws: ServerError.open(host: host)) {
      try await BotServer(host: host, port: 0).run { _ in }
    }
  }

  @Test("refuses to be reached by others without a policy, whatever it listens on")
  func openReach() async throws {
    let proxy = try #require(AddressRange("127.0.0.1"))
    let address = try #require(PublicAddress("wss://bot.example.com"))
    for reach in [Reach(publicAddress: address), Reach(proxies: [proxy])] {
      var configuration = ServerConfiguration()
      configuration.reach = reach
      let server = BotServer(port: 0, configuration: configuration)
      await #expect(throws: ServerError.open(host: "127.0.0.1")) {
        try await server.run { _ in }
      }
    }
  }

  @Test("listens to others once it is told to")
  func admitsStrangers() async throws {
    var configuration = ServerConfiguration()
    configuration.admitsStrangers = true
    let server = BotServer(host: "0.0.0.0", port: 0, configuration: configuration)
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let task = Task { try await server.run(onListening: { continuation.yield($0) }) { _ in } }
    for await port in ports {
      #expect(port > 0)
      break
    }
    task.cancel()
    try await task.value
  }

  @Test("names the scheme in a 401")
  func challenge() async throws {
    var configuration = ServerConfiguration()
    configuration.access = try basic()
    let server = try await RunningServer(configuration) { _ in }
    let answer = try await server.curl(
      "/exotel", "--include", "-H", "Upgrade: websocket", "-H", "Connection: Upgrade", "-H",
      "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    #expect(answer.status == 401)
    #expect(answer.body.lowercased().contains("www-authenticate: basic"))
    try await server.stop()
  }
}
