import CLibCrypto

/// HMAC with SHA-256 (RFC 2104, FIPS 180-4), from OpenSSL's libcrypto.
public enum HMACSHA256 {
  /// The 32 bytes that authenticate `message` under `key`; empty where the library refuses, which no
  /// signature matches. Any thread.
  public static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
    unsafe hmac(EVP_sha256(), 32, key, message)
  }
}

/// HMAC with SHA-1, as older interfaces sign: as a code, not as a hash, it is still sound.
public enum HMACSHA1 {
  /// The 20 bytes that authenticate `message` under `key`; empty where the library refuses. Any thread.
  public static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
    unsafe hmac(EVP_sha1(), 20, key, message)
  }
}

/// The code of `size` bytes, or nothing.
private func hmac(
  _ hash: OpaquePointer?, _ size: Int, _ key: [UInt8], _ message: [UInt8]
) -> [UInt8] {
  guard let keyCount = Int32(exactly: key.count) else { return [] }
  var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
  var count: UInt32 = 0
  let result = unsafe HMAC(hash, key, keyCount, message, message.count, &code, &count)
  guard unsafe result != nil, count == size else { return [] }
  return Array(code.prefix(size))
}
