import CLibCrypto

/// HMAC with SHA-256 (RFC 2104, FIPS 180-4), from OpenSSL's libcrypto.
public enum HMACSHA256 {
  /// The 32 bytes that authenticate `message` under `key`; empty where the library refuses, which no
  /// signature matches. Any thread.
  public static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
    guard let keyCount = Int32(exactly: key.count) else { return [] }
    var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    let result = unsafe HMAC(
      EVP_sha256(), key, keyCount, message, message.count, &code, &count)
    guard unsafe result != nil, count == 32 else { return [] }
    return Array(code.prefix(32))
  }
}
