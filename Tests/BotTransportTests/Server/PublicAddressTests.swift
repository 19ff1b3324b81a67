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
  func request(fields: [String: String], address: String?) {
    var headers = HTTPHeaders()
    for (name, value) in fields { headers.append(name, value) }
    let request = HTTPRequest(
      method: "GET", path: "/", query: [], headers: headers, body: [], peerAddress: "")
    #expect(PublicAddress(of: request)?.description == address)
  }
}
