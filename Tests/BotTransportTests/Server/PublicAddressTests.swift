import Telephony
import Testing

@testable import BotTransport

@Suite("public address") struct PublicAddressTests {
  @Test(
    "reads what people write",
    arguments: [
      ("wss://bot.example.com", "wss://bot.example.com"),
      ("https://bot.example.com/", "wss://bot.example.com"),
      ("http://127.0.0.1:5001", "ws://127.0.0.1:5001"),
      ("WSS://[::1]:8443", "wss://[::1]:8443"),
      ("bot.example.com", nil), ("ftp://bot.example.com", nil), ("wss://", nil),
      ("wss://bot.example.com/path", nil), ("wss://user@bot.example.com", nil),
      ("wss://a b", nil),
    ] as [(String, String?)])
  func text(text: String, address: String?) {
    #expect(PublicAddress(text)?.description == address)
  }

  @Test(
    "reads what a request and its proxies say",
    arguments: [
      (["host": "bot.example.com"], "wss://bot.example.com"),
      (["host": "10.0.0.1:5001", "x-forwarded-host": "bot.example.com"], "wss://bot.example.com"),
      (
        ["host": "a", "x-forwarded-host": "b.example, c", "x-forwarded-proto": "https,http"],
        "wss://b.example"
      ),
      (["host": "a", "x-forwarded-proto": "http"], "ws://a"),
      (
        ["host": "a", "forwarded": #"for=1.2.3.4;host="b.example";proto=https, for=x"#],
        "wss://b.example"
      ),
      (["host": "bad host\u{22}"], nil), (["host": "a", "x-forwarded-proto": "gopher"], nil),
      ([:], nil),
    ] as [([String: String], String?)])
  func request(fields: [String: String], address: String?) throws {
    let proxy = try #require(AddressRange("10.0.0.0/24"))
    let reach = Reach(proxies: [proxy])
    #expect(
      reach.address(of: headers(fields), from: "10.0.0.7:4711")?.description == address)
    // A stranger's word is none, whatever range it would like to come from.
    let plain = fields["host"].flatMap { PublicAddress("wss://\($0)") }
    for peer in ["10.0.1.7:4711", "127.0.0.1:4711", "[::1]:4711"] {
      #expect(reach.address(of: headers(fields), from: peer) == plain)
    }
    #expect(Reach().address(of: headers(fields), from: "127.0.0.1:1") == plain)
  }

  @Test(
    "takes the client's address from proxies that are believed, the last that is none of them",
    arguments: [
      ("203.0.113.9", "203.0.113.9:0"), ("203.0.113.9:4711", "203.0.113.9:0"),
      ("2001:db8::1", "[2001:db8::1]:0"), ("[2001:db8::1]:4711", "[2001:db8::1]:0"),
      ("198.51.100.1, 203.0.113.9, 10.0.0.3", "203.0.113.9:0"),
      ("198.51.100.1, 10.0.0.4 ,10.0.0.3", "198.51.100.1:0"),
      ("10.0.0.4,10.0.0.3", "10.0.0.4:0"), ("unknown", "10.0.0.7:4711"),
      ("203.0.113.9, nonsense", "10.0.0.7:4711"), (nil, "10.0.0.7:4711"), ("", "10.0.0.7:4711"),
    ] as [(String?, String)])
  func client(list: String?, client: String) throws {
    let reach = Reach(proxies: [try #require(AddressRange("10.0.0.0/24"))])
    let fields = headers(list.map { ["x-forwarded-for": $0] } ?? [:])
    #expect(reach.client(of: fields, from: "10.0.0.7:4711") == client)
    #expect(reach.client(of: fields, from: "127.0.0.1:4711") == "127.0.0.1:4711")
  }

  private func headers(_ fields: [String: String]) -> HTTPHeaders {
    var headers = HTTPHeaders()
    for (name, value) in fields { headers.append(name, value) }
    return headers
  }
}
