import CLibWebSockets
import Ground

/// How listeners speak TLS (1.2 or 1.3): the certificate they show, and whose they ask for.
///
/// The files are read when a listener opens and by ``reload()``, never in between. Shared by as many
/// listeners as name it.
public final class TLSServerConfiguration: Sendable {
  /// The server's certificate, its issuers after it, in PEM.
  public let certificateFile: String
  /// The private key of ``certificateFile``, in PEM, without a passphrase.
  public let keyFile: String
  /// Authorities, in PEM, one of which must have signed the certificate of each client; nil asks for
  /// none.
  public let clientCAFile: String?
  private let files = Locked<TLSContext?>(nil)

  /// Makes a configuration; reads nothing yet.
  public init(certificateFile: String, keyFile: String, clientCAFile: String? = nil) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.clientCAFile = clientCAFile
  }

  /// Reads the files again, for connections from now on; those there are go on as they began. Any thread.
  ///
  /// - Throws: ``TLSFileError``; then all stays as it was.
  public func reload() throws(TLSFileError) {
    let new = try TLSContext.server(self)
    files.withLock { $0 = new }
  }

  /// What new connections begin with; nil before the first ``reload()``.
  var current: TLSContext? { files.withLock { $0 } }
}

extension TLSContext {
  /// What a server's files hold, checked.
  fileprivate static func server(
    _ configuration: TLSServerConfiguration
  ) throws(TLSFileError) -> TLSContext {
    let context = unsafe try TLSContext(TLS_server_method())
    try context.use(
      certificateFile: configuration.certificateFile, keyFile: configuration.keyFile)
    try context.speakHTTP1(isServer: true)
    guard let caFile = configuration.clientCAFile else { return context }
    try context.trust(caFile: caFile)
    unsafe SSL_CTX_set_verify(
      context.pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    // The names that a client chooses its certificate by.
    guard let names = unsafe SSL_load_client_CA_file(caFile) else {
      ERR_clear_error()
      throw .noCertificate(file: caFile)
    }
    unsafe SSL_CTX_set_client_CA_list(context.pointer, names)
    return context
  }
}
