import Telephony
import Testing

/// The comparing; the cryptography has tests where it comes from.
@Suite("SignatureScheme") struct SignatureSchemeTests {
  private let message = Array("m".utf8)
  private let key = Array("k".utf8)

  @Test(
    "a shared key makes and accepts codes of its hash's size alone",
    arguments: SignatureScheme.Hash.allCases)
  func shared(hash: SignatureScheme.Hash) throws {
    let scheme = SignatureScheme.hmac(hash) { key, message in
      Array(repeating: key[0] ^ message[0], count: hash.byteCount)
    }
    let signature = try #require(scheme.signature(of: message, under: key))
    #expect(scheme.accepts(["", "other", signature], of: message, under: key))
    #expect(!scheme.accepts([], of: message, under: key))
    #expect(!scheme.accepts([signature], of: Array("x".utf8), under: key))
    #expect(!scheme.accepts([String(signature.dropLast())], of: message, under: key))
    let refusing = SignatureScheme.hmac(hash) { _, _ in [] }
    #expect(refusing.signature(of: message, under: key) == nil)
    #expect(!refusing.accepts(["", signature], of: message, under: key))
  }

  @Test("a public key's signatures are decoded and judged by the library")
  func publicKey() {
    let scheme = SignatureScheme.ed25519 { key, message, signature in
      signature == message + key
    }
    #expect(scheme.signature(of: message, under: key) == nil)
    #expect(scheme.accepts(["!", "bWs="], of: message, under: key))
    #expect(!scheme.accepts(["bWw=", ""], of: message, under: key))
    #expect(!scheme.accepts([String(repeating: "A", count: 300)], of: message, under: key))
  }
}
