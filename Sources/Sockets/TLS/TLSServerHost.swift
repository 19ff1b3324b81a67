import CLibWebSockets

extension TLSContext {
  /// What a server's files hold, checked.
  static func server(_ configuration: TLSServerConfiguration) throws(TLSFileError) -> TLSContext {
    let context = unsafe try TLSContext(TLS_server_method())
    try context.use(
      certificateFile: configuration.certificateFile, keyFile: configuration.keyFile)
    guard let caFile = configuration.clientCAFile else { return context }
    try context.trust(caFile: caFile)
    // The names that a client chooses its certificate by.
    guard let names = unsafe SSL_load_client_CA_file(caFile) else {
      ERR_clear_error()
      throw .noCertificate(file: caFile)
    }
    unsafe SSL_CTX_set_client_CA_list(context.pointer, names)
    return context
  }
}

/// The virtual host of libwebsockets' that a listener's TLS connections begin with.
///
/// It lives as long as its loop: destroying it would cut the calls that came through it.
@safe
final class TLSServerHost: @unchecked Sendable {
  // Unchecked: `pointer` and `context` are for the loop's thread alone.
  private let loop: EventLoop
  let pointer: OpaquePointer
  private let context: OpaquePointer
  private let asksForCertificate: Bool

  /// Sets libwebsockets' `SSL_CTX` up. Loop thread only.
  ///
  /// - Parameters:
  ///   - loop: serves the host.
  ///   - pointer: the host.
  ///   - context: its `SSL_CTX`.
  ///   - asksForCertificate: whether clients must show one; for good.
  init(
    loop: EventLoop, pointer: OpaquePointer, context: OpaquePointer, asksForCertificate: Bool
  ) {
    self.loop = loop
    unsafe self.pointer = pointer
    unsafe self.context = context
    self.asksForCertificate = asksForCertificate
    unsafe SSL_CTX_up_ref(context)
    unsafe TLSContext.harden(context)
    // libwebsockets would let a server name pick among all hosts, whatever they ask of clients.
    unsafe sidetone_tls_no_server_name(context)
    // Without its callback, which takes every certificate.
    let mode = asksForCertificate ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
    unsafe SSL_CTX_set_verify(context, mode, nil)
  }

  deinit { unsafe SSL_CTX_free(context) }

  /// Serves new connections with these files. Waits for the loop.
  func use(_ files: TLSContext) {
    // A loop that has stopped has no new connections.
    _ = try? loop.sync { self.take(files) }
  }

  /// Loop thread only: no handshake is between two of these steps.
  func take(_ files: TLSContext) {
    let new = unsafe files.pointer
    _ = unsafe sidetone_tls_use(
      context, SSL_CTX_get0_certificate(new), SSL_CTX_get0_privatekey(new),
      sidetone_tls_chain(new))
    guard asksForCertificate else { return }
    unsafe SSL_CTX_set1_cert_store(context, SSL_CTX_get_cert_store(new))
    unsafe SSL_CTX_set_client_CA_list(
      context, SSL_dup_CA_list(SSL_CTX_get_client_CA_list(new)))
  }
}
