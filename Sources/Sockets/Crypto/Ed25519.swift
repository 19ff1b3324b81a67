import CLibCrypto

/// Ed25519 (RFC 8032), from OpenSSL's libcrypto.
public enum Ed25519 {
  /// Whether `signature`, 64 bytes, is one of `message` by the holder of the public `key`, 32 bytes; false
  /// of anything else. Any thread.
  public static func verifies(key: [UInt8], message: [UInt8], signature: [UInt8]) -> Bool {
    guard key.count == 32, signature.count == 64,
      let publicKey = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, key, key.count)
    else { return false }
    defer { unsafe EVP_PKEY_free(publicKey) }
    guard let context = unsafe EVP_MD_CTX_new() else { return false }
    defer { unsafe EVP_MD_CTX_free(context) }
    guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, publicKey) == 1 else { return false }
    return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}
