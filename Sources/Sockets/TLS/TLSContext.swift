import CLibWebSockets
import Glibc

/// An `SSL_CTX` of OpenSSL's, owned.
@safe
final class TLSContext: @unchecked Sendable {
  // Unchecked: set up by one thread; afterwards OpenSSL guards what the loops share of it.
  let pointer: OpaquePointer

  /// - Throws: ``TLSFileError/library(reason:)``.
  init(_ method: OpaquePointer) throws(TLSFileError) {
    ERR_clear_error()
    guard let pointer = unsafe SSL_CTX_new(method) else { throw .library(reason: Self.reason()) }
    unsafe self.pointer = pointer
    unsafe Self.harden(pointer)
  }

  deinit { unsafe SSL_CTX_free(pointer) }

  /// TLS 1.2 and 1.3; calls are long, so nothing is kept for resuming a session.
  static func harden(_ context: OpaquePointer) {
    _ = unsafe sidetone_tls_minimum(context, TLS1_2_VERSION)
    unsafe sidetone_tls_no_cache(context)
    unsafe sidetone_tls_mode(
      context, Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS))
  }

  /// Names HTTP/1.1 as what is spoken inside (RFC 7301); a peer that asks for other things alone is not
  /// answered, and may go on.
  func speakHTTP1(isServer: Bool) throws(TLSFileError) {
    guard isServer else {
      var name = [8] + Array("http/1.1".utf8)
      guard unsafe SSL_CTX_set_alpn_protos(pointer, &name, UInt32(name.count)) == 0 else {
        throw .library(reason: Self.reason())
      }
      return
    }
    unsafe SSL_CTX_set_alpn_select_cb(
      pointer,
      { _, chosen, chosenCount, offered, offeredCount, _ in
        var index = 0
        while index < Int(offeredCount), let offered = unsafe offered {
          let count = Int(unsafe offered[index])
          guard index + 1 + count <= Int(offeredCount) else { break }
          let name = unsafe UnsafeBufferPointer(start: offered + index + 1, count: count)
          if unsafe name.elementsEqual("http/1.1".utf8) {
            unsafe chosen?.pointee = unsafe offered + index + 1
            unsafe chosenCount?.pointee = UInt8(count)
            return Int32(SSL_TLSEXT_ERR_OK)
          }
          index += 1 + count
        }
        return Int32(SSL_TLSEXT_ERR_NOACK)
      }, nil)
  }

  /// Shows this certificate to peers.
  func use(certificateFile: String, keyFile: String) throws(TLSFileError) {
    try Self.requireReadable(certificateFile)
    try Self.requireReadable(keyFile)
    ERR_clear_error()
    // Without this OpenSSL would ask for a passphrase on the terminal.
    unsafe SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
    guard unsafe SSL_CTX_use_certificate_chain_file(pointer, certificateFile) == 1 else {
      let isMissing = sidetone_tls_reason(ERR_peek_error()) == PEM_R_NO_START_LINE
      let reason = Self.reason()
      if isMissing { throw .noCertificate(file: certificateFile) }
      // As for a key that is too short by today's measure.
      throw .library(reason: "\(certificateFile): \(reason)")
    }
    ERR_clear_error()
    guard unsafe SSL_CTX_use_PrivateKey_file(pointer, keyFile, SSL_FILETYPE_PEM) == 1 else {
      // The certificate is there already, so OpenSSL compares at once.
      let isMismatch = sidetone_tls_reason(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH
      let isOtherKind = sidetone_tls_reason(ERR_peek_last_error()) == X509_R_KEY_TYPE_MISMATCH
      ERR_clear_error()
      if isMismatch || isOtherKind { throw .mismatch(certificate: certificateFile, key: keyFile) }
      throw .noKey(file: keyFile)
    }
    guard unsafe SSL_CTX_check_private_key(pointer) == 1 else {
      ERR_clear_error()
      throw .mismatch(certificate: certificateFile, key: keyFile)
    }
  }

  /// Trusts the authorities in `caFile`.
  func trust(caFile: String) throws(TLSFileError) {
    try Self.requireReadable(caFile)
    guard unsafe SSL_CTX_load_verify_file(pointer, caFile) == 1 else {
      ERR_clear_error()
      throw .noCertificate(file: caFile)
    }
  }

  private static func requireReadable(_ file: String) throws(TLSFileError) {
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: file, reason: systemMessage(errno)) }
    defer { close(descriptor) }
    var byte: UInt8 = 0
    guard unsafe read(descriptor, &byte, 1) >= 0 else {
      throw .unreadable(file: file, reason: systemMessage(errno))
    }
  }

  /// OpenSSL's words for the first thing that failed on this thread; forgets all that did.
  static func reason() -> String {
    let code = ERR_peek_error()
    ERR_clear_error()
    guard let text = unsafe ERR_reason_error_string(code) else { return "no reason given" }
    return unsafe String(cString: text)
  }
}
