import BotTransport
import Foundation
import Telephony
import TestSupport
import Testing

/// Signatures against vectors, against Twilio's own kit, and against forgeries. Here and not beside Telephony's
/// tests, because they need an HMAC.
@Suite struct TwilioSignerTests {
  private static let token = "12345678901234567890123456789012"

  private func signer(_ tokens: String...) throws -> TwilioSigner {
    let signer = TwilioSigner(
      tokens: tokens, sha1: { HMACSHA1.code(key: $0, message: $1) },
      sha256: { HMACSHA256.code(key: $0, message: $1) })
    return try #require(signer)
  }

  private func headers(_ value: String, settings: String? = nil) -> TwilioSignature {
    TwilioSignature { name in
      switch name {
      case "x-twilio-signature": value
      case "x-twilio-webhooks-signature-settings": settings
      default: nil
      }
    }
  }

  private static func items(_ fields: [(String, String)]) -> [URLQuery.Item] {
    fields.map { URLQuery.Item(name: $0.0, value: $0.1) }
  }

  static let upgrades = [
    (
      "wss://voice.example.com/twilio", "YuW7ZNDezumiKHOLO6sRVeUPptE=",
      "6I+L6+BVTPaDsq1koHt/Th8YgKXN/y9tjhzXlXUYo8Q="
    ),
    (
      "wss://voice.example.com/twilio/", "cjbp9sxD/WhFagqrbY3igZaLgSk=",
      "aMZnmztjsh7jTYKoD4rwln2KZ1W3zCOKXS5mgmmoHXg="
    ),
    (
      "wss://voice.example.com:443/twilio", "yON0z2i3jCrGCvl1T+IcD0ae4tQ=",
      "1yYTw699uEIBjyTRS7NQMJBbqM6KO9dNg9vQFj8aOws="
    ),
    (
      "https://voice.example.com/twilio", "BmKS3EeQvm31feCOZB2mtu34qao=",
      "/M81prTP9F4VcEv7SiGxwkNcExi0M3b2bUvElxNs0NU="
    ),
    (
      "wss://voice.example.com:8443/twilio/t0k3n", "XGher+IXKA5YHnZBbJHxJ9/lh6A=",
      "5696jDcSY6xIXADDkOgadlXJlMbp9At6lE/IpnskASg="
    ),
  ]

  @Test("upgrades, by both algorithms", arguments: upgrades)
  func vectors(url: String, sha1: String, sha256: String) throws {
    let signer = try signer(Self.token)
    let request = TwilioSignedRequest(url)
    #expect(signer.signature(of: request) == sha1)
    #expect(signer.signature(of: request, by: .sha256) == sha256)
    #expect(signer.verify([request], headers(sha1)) == url)
    let settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    #expect(signer.verify([request], headers(sha256, settings: settings)) == url)
    // Each algorithm opens only what it is named for.
    #expect(signer.verify([request], headers(sha256)) == nil)
    #expect(signer.verify([request], headers(sha1, settings: settings)) == nil)
  }

  @Test("a webhook's fields count by name, however they came")
  func webhook() throws {
    let fields = [
      ("CallSid", "CA00000000000000000000000000000002"), ("To", "+918000000002"),
      ("AccountSid", "AC00000000000000000000000000000001"), ("CallStatus", "ringing"),
      ("From", "+919800000001"),
    ]
    for fields in [fields, fields.reversed(), fields + [fields[1]]] {
      let request = TwilioSignedRequest(
        "https://voice.example.com/twilio/answer", parameters: Self.items(fields))
      #expect(try signer(Self.token).signature(of: request) == "auG8Al0xput5lFDaf3hiUHz1u68=")
    }
  }

  private static let package = ConditionTrait.enabled(
    "PyPI's twilio cannot be installed: PyPI is not reachable"
  ) { await PythonPackages.twilio.python() != nil }

  @Test("agrees with Twilio's own kit on any address and fields", package)
  func kit() async throws {
    let python = try #require(await PythonPackages.twilio.python())
    let cases: [(String, [(String, String)])] = [
      ("wss://h/t", []), ("https://h:8443/a?x=%20y&b=+", [("b", "2"), ("a", "1"), ("a", "0")]),
      ("https://h/", [("\u{E9}", "\u{1F600}"), ("Z", ""), ("a", "x y"), ("_", "=&")]),
    ]
    for (url, fields) in cases {
      let request = TwilioSignedRequest(url, parameters: Self.items(fields))
      let signer = try signer(Self.token)
      let ours = TwilioSignature.Algorithm.allCases.map { signer.signature(of: request, by: $0) }
      let json = try JSONSerialization.data(
        withJSONObject: ["url": url, "fields": fields.map { [$0.0, $0.1] }])
      let process = try Subprocess(
        python, ["-c", Self.program, String(decoding: json, as: UTF8.self), Self.token])
      let theirs = try await process.end().output.split(separator: "\n").map(String.init)
      #expect(theirs == ours.compactMap(\.self), "\(url)")
    }
  }

  private static let program = """
    import json, sys
    from twilio.request_validator import RequestValidator
    case, token = json.loads(sys.argv[1]), sys.argv[2]
    class Fields(dict):
        def getlist(self, name): return [v for n, v in case["fields"] if n == name]
    fields = Fields({n: v for n, v in case["fields"]})
    for algorithm in ["HMAC_SHA1", "HMAC_SHA256"]:
        print(RequestValidator(token).compute_signature(case["url"], fields, algorithm))
    """

  @Test("tries the ports and schemes that Twilio may have signed, and no other host or path")
  func variants() throws {
    func urls(_ authority: String, _ target: String) -> [String] {
      TwilioSignedRequest.variants(schemes: ["wss", "https"], authority: authority, target: target)
        .map(\.url)
    }
    #expect(
      urls("h", "/t") == ["wss://h/t", "wss://h:443/t", "https://h/t", "https://h:443/t"])
    #expect(
      urls("h:8443", "/t").prefix(3) == ["wss://h:8443/t", "wss://h/t", "wss://h:443/t"])
    #expect(urls("h", "/").prefix(2) == ["wss://h", "wss://h/"])
    #expect(urls("[::1]", "/t").first == "wss://[::1]/t")
    #expect(urls("[::1]:81", "/t").prefix(2) == ["wss://[::1]:81/t", "wss://[::1]/t"])
    let signer = try signer(Self.token)
    for (url, sha1, _) in Self.upgrades.prefix(4) where !url.hasSuffix("/") {
      let candidates = TwilioSignedRequest.variants(
        schemes: ["wss", "https"], authority: "voice.example.com", target: "/twilio")
      #expect(signer.verify(candidates, headers(sha1)) == url)
    }
  }

  @Test("two tokens are good at a time")
  func tokens() throws {
    let (url, sha1, _) = Self.upgrades[0]
    let request = TwilioSignedRequest(url)
    #expect(try signer("other", Self.token).verify([request], headers(" \(sha1) ")) == url)
    let none = TwilioSigner(tokens: ["", ""], sha1: { _, _ in [] }, sha256: { _, _ in [] })
    #expect(none == nil)
  }

  @Test("refuses everything else")
  func forgeries() throws {
    let (url, good, _) = Self.upgrades[0]
    let signer = try signer(Self.token)
    func isTaken(
      _ url: String = url, _ value: String = good, settings: String? = nil, field: Bool = false
    ) -> Bool {
      let fields = field ? Self.items([("a", "b")]) : []
      let request = TwilioSignedRequest(url, parameters: fields)
      return signer.verify([request], headers(value, settings: settings)) != nil
    }
    #expect(isTaken() && isTaken(settings: "") && isTaken(settings: "key=x,algorithm="))
    #expect(isTaken(settings: "algorithm=hmac_sha1,algorithm=HMAC_SHA512"))
    #expect(!isTaken(settings: "algorithm=HMAC_SHA512,algorithm=HMAC_SHA1"))
    #expect(!isTaken(settings: "key=x, algorithm = none"))
    #expect(!isTaken("wss://voice.example.org/twilio") && !isTaken(url + "?x=1"))
    #expect(!isTaken(field: true))
    for value in ["", " ", "=", good.lowercased(), String(good.dropLast()), good + "A"] {
      #expect(!isTaken(url, value), "\(value)")
    }
    #expect(!isTaken(url, good + String(repeating: " ", count: 200)))
    // An HMAC that failed signs nothing.
    let broken = TwilioSigner(tokens: ["x"], sha1: { _, _ in [] }, sha256: { _, _ in [] })
    #expect(broken?.verify([TwilioSignedRequest(url)], headers(good)) == nil)
    #expect(signer.verify([], headers(good)) == nil)
  }
}
