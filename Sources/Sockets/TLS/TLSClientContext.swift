import CLibWebSockets
import Glibc

extension TLSContext {
  /// The context of a client that talks to `host` and to nobody else.
  static func client(
    _ configuration: TLSClientConfiguration, host: String
  ) throws(TLSFileError) -> TLSContext {
    let context = unsafe try TLSContext(TLS_client_method())
    let pointer = unsafe context.pointer
    if let caFile = configuration.caFile {
      try context.trust(caFile: caFile)
    } else {
      unsafe SSL_CTX_set_default_verify_paths(pointer)
    }
    switch (configuration.certificateFile, configuration.keyFile) {
    case (let certificate?, let key?):
      try context.use(certificateFile: certificate, keyFile: key)
    case (nil, nil): break
    default: throw .halfAPair
    }
    if configuration.trustsAnythingOnLoopback {
      guard isLoopback(host) else { throw .unverifiedStranger(host: host) }
      unsafe SSL_CTX_set_cert_verify_callback(
        pointer,
        { store, _ in
          unsafe X509_STORE_CTX_set_error(store, X509_V_OK)
          return 1
        }, nil)
    }
    unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    try context.speakHTTP1(isServer: false)
    let rules = unsafe SSL_CTX_get0_param(pointer)
    unsafe X509_VERIFY_PARAM_set_hostflags(rules, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    // An address is looked for among the certificate's addresses, a name among its names.
    if unsafe X509_VERIFY_PARAM_set1_ip_asc(rules, host) != 1 {
      guard unsafe X509_VERIFY_PARAM_set1_host(rules, host, host.utf8.count) == 1 else {
        throw .library(reason: reason())
      }
    }
    ERR_clear_error()
    unsafe SSL_CTX_set_info_callback(pointer) { connection, place, value in
      unsafe TLSProgress.note(connection, place, value)
    }
    return context
  }

  private static func isLoopback(_ host: String) -> Bool {
    host.lowercased() == "localhost" || SocketAddress(literal: host)?.isLoopback == true
  }
}

/// What is known of a client's TLS connection when it fails.
enum TLSProgress {
  /// Where a connection keeps what it went through: an alert's number in the low byte, and the flags.
  private static let index = sidetone_tls_new_index()
  private static let hasAlert: Int32 = 1 << 8
  private static let alertIsOurs: Int32 = 1 << 9
  private static let handshakeIsDone: Int32 = 1 << 10

  static func note(_ connection: OpaquePointer?, _ place: Int32, _ value: Int32) {
    guard let connection = unsafe connection else { return }
    if place & SSL_CB_HANDSHAKE_START != 0 {
      // RFC 6066, 3: names only, no addresses.
      let rules = unsafe SSL_get0_param(connection)
      let name = unsafe X509_VERIFY_PARAM_get0_host(rules, 0)
      _ = unsafe sidetone_tls_ask_for_name(connection, name)
    }
    if place & SSL_CB_HANDSHAKE_DONE != 0 { unsafe keep(connection, handshakeIsDone) }
    // RFC 8446, 6: the high byte is the level, 2 for fatal.
    if place & SSL_CB_ALERT != 0, value >> 8 == 2 {
      let isOurs = place & SSL_CB_WRITE != 0
      // OpenSSL's answer to a connection that just ends.
      if isOurs, value & 0xFF == SSL_AD_DECODE_ERROR { return }
      unsafe keep(connection, hasAlert | (isOurs ? alertIsOurs : 0) | value & 0xFF)
    }
  }

  private static func keep(_ connection: OpaquePointer, _ bits: Int32) {
    _ = unsafe sidetone_tls_keep(connection, index, sidetone_tls_kept(connection, index) | bits)
  }

  /// What is wrong with the TLS of a connection that could not be made; nil where nothing is.
  static func problem(_ connection: OpaquePointer?) -> String? {
    guard let connection = unsafe connection else { return nil }
    let verdict = unsafe SSL_get_verify_result(connection)
    if verdict != Int(X509_V_OK) {
      return unsafe "the server's certificate was refused: "
        + String(cString: X509_verify_cert_error_string(verdict))
    }
    let kept = unsafe sidetone_tls_kept(connection, index)
    if kept & hasAlert != 0 {
      let words = unsafe String(cString: SSL_alert_desc_string_long(kept & 0xFF))
      return kept & alertIsOurs != 0 ? "refused: \(words)" : "the server refused: \(words)"
    }
    return kept & handshakeIsDone == 0 ? "the connection ended in the handshake" : nil
  }
}
