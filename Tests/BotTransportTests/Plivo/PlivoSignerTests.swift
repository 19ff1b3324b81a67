import BotTransport
import Telephony
import Testing

/// Signatures against the vectors of Plivo's published kits, and against forgeries. Here and not beside
/// Telephony's tests, because they need an HMAC.
@Suite struct PlivoSignerTests {
  private static let kitToken = "Y2Q2ZDgxZmY5YWRiOTI5YmQ1Njg0MTAxZWIyOTc4"
  private static let kitNonce = "31627761595286130198"
  private static let kitURL =
    "https://plivobin.non-prod.plivops.com/api/v1/validate_signature03.xml"
  private static let kitFields: [URLQuery.Item] = [
    ("Direction", "outbound"), ("From", "19792014278"),
    ("ALegUUID", "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36"), ("CallStatus", "in-progress"),
    ("BillRate", "0.002"), ("ParentAuthID", "MANWVLYTK4ZWU1YTY4QA"),
    ("To", "sip:PlivoSignature382029104058171078704104@phone-qa.voice.plivodev.com"),
    ("ALegRequestUUID", "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36"),
    ("CallUUID", "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36"),
    ("RequestUUID", "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36"),
    (
      "SIP-H-To",
      "<sip:PlivoSignature382029104058171078704104@52.9.11.55;transport=udp>;tag=1"
    ),
    ("SessionStart", "2020-04-08 11:34:33.238707"), ("Event", "StartApp"),
  ].map { URLQuery.Item(name: $0.0, value: $0.1) }
  private static let token = "example-auth-token-000000000000000000000"
  private static let nonce = "12345678901234567890"

  private func signer(_ tokens: String...) throws -> PlivoSigner {
    try #require(PlivoSigner(tokens: tokens) { HMACSHA256.code(key: $0, message: $1) })
  }

  private func signature(
    _ method: PlivoSignedRequest.Method, _ url: String, _ fields: [URLQuery.Item] = [],
    token: String,
    nonce: String
  ) throws -> String? {
    let request = try #require(PlivoSignedRequest(method, url: url, parameters: fields))
    return try signer(token).signature(of: request, nonce: nonce)
  }

  private func headers(_ fields: [String: String]) -> PlivoSignatures {
    PlivoSignatures { fields[$0] }
  }

  @Test(
    "V1 to V4: the vectors of the published kits",
    arguments: [
      (PlivoSignedRequest.Method.post, "/?a=b&c=d", "k7Pusd4OxCIjR5IfA9iedDNu/h/gbdYqdzG/MiYtd1c="),
      (.get, "/?a=b&c=d", "UBq8jAtd32wR8EK9VgxbBn4n5rpI/l1H9iN4WfSEHFQ="),
      (.post, "", "iAjE5QqI37mbkYe4w3jTMudqEzbDufdqi7sYwTu64e0="),
      (.get, "", "i/MQsaQSAd6fiKhOh2qeeeLHZ9faldADSb3/7+Akfbc="),
    ])
  func kits(method: PlivoSignedRequest.Method, tail: String, expected: String) throws {
    let made = try signature(
      method, Self.kitURL + tail, Self.kitFields, token: Self.kitToken, nonce: Self.kitNonce)
    #expect(made == expected)
  }

  @Test("C1: the inputs of the documents' example")
  func documented() throws {
    let fields = [
      ("To", "+15555555555"), ("Digits", "1234"), ("From", "+15551111111"),
      ("CallUUID", "4vbcpem8-0u46-x1ha-9af1-438vc92bf374"),
    ].map { URLQuery.Item(name: $0.0, value: $0.1) }
    let made = try signature(
      .post, "https://example.com/abcd?foo=bar", fields, token: "plivo_test_auth_token",
      nonce: "kjsdhfsd87sd7yisud2")
    #expect(made == "Rd0E/xpBKM9WgLTg4CX7mKwJlvGex3GvJivzq1ESO6c=")
  }

  @Test(
    "C2 to C6: upgrades, each scheme, port, duplicate keys and escapes",
    arguments: [
      ("http://voice.example.com/ws/7aea0680", "QG1GoEoBsXqmSDXzPM59RM6wJOq+0l22aGZIcXdC9sY="),
      ("https://voice.example.com/ws/7aea0680", "Z5tf9/D8z7lvA3xKdsQfqB+GoOfQ1oQvq+Q3Ftx1w2s="),
      ("wss://voice.example.com/ws/7aea0680", "ftpYTDdKR+zQ3cJ1Tr55vLowYG4yJkJk0sfJg33VKjk="),
      ("ws://voice.example.com/ws/7aea0680", "XqGdTGDD/QOgeBkevqh5CRNPn/28GiaOAv9zZIqL0bc="),
      (
        "http://voice.example.com:8443/plivo?tenant=b%20c&call=7aea0680&tenant=a#ct=2000",
        "TcsW52yuy46jvdhNIR1HHt+IsLcNKABdXBicpFfBTu0="
      ),
    ])
  func upgrades(url: String, expected: String) throws {
    #expect(try signature(.get, url, token: Self.token, nonce: Self.nonce) == expected)
    let request = try #require(
      PlivoSignedRequest(.get, url: url.replacing(/^[a-z]+:/, with: "wss:")))
    let shown = headers([
      "x-plivo-signature-v3": expected, "x-plivo-signature-v3-nonce": Self.nonce,
    ])
    let scheme = try signer(Self.token).verifyUpgrade(request, shown)
    #expect(scheme == String(url.prefix { $0 != ":" }))
  }

  @Test("C7: a stream's status callback")
  func status() throws {
    let fields = [
      ("Event", "StartStream"), ("CallUUID", "7aea0680-1f8c-46c2-a04f-990e2e0d52eb"),
      ("StreamID", "26b95870-2b2f-45be-88dc-aedd0fcccec6"), ("Timestamp", "2024-10-14 13:42:33"),
    ].map { URLQuery.Item(name: $0.0, value: $0.1) }
    let made = try signature(
      .post, "https://voice.example.com/plivo/stream-status", fields, token: Self.token,
      nonce: Self.nonce)
    #expect(made == "7PoUHtT8hbz1OuEVjA8JLvdtX2FKnbOI5eQczdXkyRs=")
  }

  @Test("the deprecated V2 opens nothing: it signs neither query nor body")
  func versionTwo() throws {
    let request = try #require(PlivoSignedRequest(.post, url: "https://answer.url"))
    let signer = try signer("my_auth_token")
    // The kits' own V2 signature of this address.
    let good = "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc="
    for (name, nonce) in [
      ("x-plivo-signature-v2", "x-plivo-signature-v2-nonce"),
      ("x-plivo-signature-v3", "x-plivo-signature-v3-nonce"),
    ] {
      #expect(!signer.verify(request, headers([name: good, nonce: "12345"])))
      #expect(signer.verifyUpgrade(request, headers([name: good, nonce: "12345"])) == nil)
    }
  }

  @Test("a list counts, so does the main account's header, and any token")
  func lists() throws {
    let good = "QG1GoEoBsXqmSDXzPM59RM6wJOq+0l22aGZIcXdC9sY="
    let request = try #require(
      PlivoSignedRequest(.get, url: "http://voice.example.com/ws/7aea0680"))
    let signer = try signer("other", Self.token)
    for value in [good, "AAAA=,\(good)", " \(good) , AAAA="] {
      for name in ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"] {
        #expect(
          signer.verify(request, headers([name: value, "x-plivo-signature-v3-nonce": Self.nonce])))
      }
    }
  }

  @Test("refuses everything else")
  func forgeries() throws {
    let good = "QG1GoEoBsXqmSDXzPM59RM6wJOq+0l22aGZIcXdC9sY="
    let url = "http://voice.example.com/ws/7aea0680"
    func isTaken(
      _ url: String = url, _ method: PlivoSignedRequest.Method = .get, signature: String = good,
      nonce: String = Self.nonce, token: String = Self.token, field: Bool = false
    ) throws -> Bool {
      let fields = field ? [URLQuery.Item(name: "a", value: "b")] : []
      let request = try #require(PlivoSignedRequest(method, url: url, parameters: fields))
      let shown = headers([
        "x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": nonce,
      ])
      return try signer(token).verify(request, shown)
    }
    #expect(try isTaken())
    #expect(try !isTaken(token: "wrong"))
    #expect(try !isTaken(nonce: "12345678901234567891"))
    #expect(try !isTaken("http://voice.example.org/ws/7aea0680"))
    #expect(try !isTaken("http://voice.example.com:80/ws/7aea0680"))
    #expect(try !isTaken("http://voice.example.com/ws/7aea0680?x=1"))
    #expect(try !isTaken(url, .post, field: true))
    for signature in ["", " ", ",,,", "=", good.lowercased(), String(good.dropLast()), good + "A"] {
      #expect(try !isTaken(signature: signature), "\(signature)")
    }
    #expect(try !isTaken(nonce: ""))
    #expect(try !isTaken(nonce: String(repeating: "1", count: 257)))
    #expect(PlivoSigner(tokens: ["", ""]) { _, _ in [] } == nil)
    // An HMAC that failed signs nothing.
    let broken = try #require(PlivoSigner(tokens: ["x"]) { _, _ in [] })
    let request = try #require(PlivoSignedRequest(.get, url: url))
    #expect(!broken.verify(request, headers(["x-plivo-signature-v3": "A"])))
  }

  @Test("takes no address without scheme and host", arguments: ["", "/x", "://x", "http://", "x"])
  func addresses(url: String) { #expect(PlivoSignedRequest(.get, url: url) == nil) }
}
