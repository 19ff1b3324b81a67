import Sockets
import Testing

@Suite struct Ed25519Tests {
  private func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.count, by: 2).compactMap { offset in
      let start = hex.index(hex.startIndex, offsetBy: offset)
      return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
    }
  }

  @Test(
    "accepts the signatures of RFC 8032, and nothing near them",
    arguments: [
      (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
      ),
      (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
      ),
    ])
  func vectors(key: String, message: String, signature: String) {
    let key = bytes(key)
    let message = bytes(message)
    var signature = bytes(signature)
    #expect(Ed25519.verifies(key: key, message: message, signature: signature))
    #expect(!Ed25519.verifies(key: key, message: message + [0], signature: signature))
    #expect(!Ed25519.verifies(key: key, message: message, signature: Array(signature.dropLast())))
    #expect(!Ed25519.verifies(key: Array(key.dropLast()), message: message, signature: signature))
    signature[0] ^= 1
    #expect(!Ed25519.verifies(key: key, message: message, signature: signature))
  }
}
