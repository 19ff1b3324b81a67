import Telephony
import Testing

@Suite struct AccessPolicyTests {
  private func policy(basic: Bool = true, token: Bool = true, addresses: [String] = []) throws
    -> AccessPolicy
  {
    AccessPolicy(
      credentials: basic ? [try #require(BasicCredentials("key:token"))] : [],
      tokens: token ? [try #require(Secret("9f3c"))] : [],
      addresses: try addresses.map { try #require(AddressRange($0)) })
  }

  private func judge(
    _ policy: AccessPolicy, _ path: String = "/exotel", query: String = "", header: String? = nil,
    peer: String = "203.0.113.9"
  ) -> AccessPolicy.Decision {
    policy.judge(path: path, query: URLQuery(query), authorization: header, peer: peer)
  }

  @Test("admits by header, path or query, each alone")
  func admits() throws {
    let policy = try policy()
    #expect(judge(policy, header: "Basic a2V5OnRva2Vu") == .admitted)
    #expect(judge(policy, header: "basic  a2V5OnRva2Vu ") == .admitted)
    #expect(judge(policy, "/exotel/9f3c/media") == .admitted)
    #expect(judge(policy, "/exotel/9%663c") == .admitted)
    #expect(judge(policy, query: "token=9f3c") == .admitted)
    #expect(judge(policy, query: "sample-rate=8000&k=9f3c") == .admitted)
  }

  @Test(
    "refuses a wrong header at once",
    arguments: ["Basic eA==", "Basic", "", "Bearer 9f3c", "a2V5OnRva2Vu"])
  func wrongHeader(header: String) throws {
    #expect(judge(try policy(), header: header) == .refused(status: 401))
  }

  @Test("without a header, waits for start where a token may come in it")
  func undecided() throws {
    #expect(judge(try policy()) == .undecided)
    #expect(judge(try policy(), query: "token=wrong") == .undecided)
    #expect(judge(try policy(token: false)) == .refused(status: 401))
    #expect(judge(try policy(basic: false), header: "Basic eA==") == .undecided)
  }

  @Test("takes the late token as a value, glued into a key, and nothing else")
  func late() throws {
    let policy = try policy()
    #expect(policy.admits(StreamStart(customParameters: ["token": "9f3c"])))
    #expect(policy.admits(StreamStart(customParameters: ["auth": "9f3c"])))
    #expect(policy.admits(StreamStart(customParameters: ["token:9f3c=": ""])))
    #expect(!policy.admits(StreamStart(customParameters: ["token": "9f3"])))
    #expect(!policy.admits(StreamStart(customParameters: ["9f3c": "x"])))
    #expect(!policy.admits(StreamStart()))
    guard case .start(let start) = try Vectors.event("10-start-mangled-token.json") else {
      Issue.record("no start")
      return
    }
    #expect(policy.admits(start))
  }

  @Test("an address outside the list is refused whatever it shows, one inside must show as well")
  func addresses() throws {
    let policy = try policy(addresses: ["198.51.100.0/24", "2001:db8::/32"])
    #expect(judge(policy, header: "Basic a2V5OnRva2Vu") == .refused(status: 403))
    #expect(judge(policy, peer: "198.51.100.7") == .undecided)
    #expect(judge(policy, query: "t=9f3c", peer: "::ffff:198.51.100.7") == .admitted)
    let listed = AccessPolicy(addresses: policy.addresses)
    #expect(judge(listed, peer: "2001:db8:1::1") == .admitted)
    #expect(judge(listed, peer: "unix") == .refused(status: 403))
  }

  @Test("an empty policy is open, and says so")
  func open() throws {
    #expect(AccessPolicy().admitsEverybody && judge(AccessPolicy()) == .admitted)
    #expect(try !policy(basic: false).admitsEverybody)
  }

  @Test("secrets compare whole and print as a mark")
  func secrets() throws {
    let secret = try #require(Secret("abc"))
    #expect(secret.matches("abc"))
    for wrong in ["", "ab", "abcd", "abcabc", "xbc", "abx", "ABC"] {
      #expect(!secret.matches(wrong))
    }
    #expect("\(secret) \(String(reflecting: secret))" == "*** ***")
    #expect(Secret("") == nil && BasicCredentials("no colon") == nil)
    #expect(BasicCredentials("user:pass:word")?.header.value == "Basic dXNlcjpwYXNzOndvcmQ=")
  }
}
