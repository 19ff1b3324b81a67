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
  private let hosts = Locked<[WeakHost]>([])

  /// Makes a configuration; reads nothing yet.
  public init(certificateFile: String, keyFile: String, clientCAFile: String? = nil) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.clientCAFile = clientCAFile
  }

  /// Reads the files again, for connections from now on; those there are go on as they began.
  ///
  /// Any thread but a loop's: waits for the loops of all listeners to take the new files.
  ///
  /// - Throws: ``TLSFileError``; then all stays as it was.
  public func reload() throws(TLSFileError) {
    let files = try read()
    for host in hosts.withLock({ $0.compactMap(\.host) }) { host.use(files) }
  }

  /// Reads and checks the files.
  func read() throws(TLSFileError) -> TLSContext {
    try TLSContext.server(self)
  }

  /// Tells `host` of reloads for as long as it lives.
  func add(_ host: TLSServerHost) {
    hosts.withLock { hosts in
      hosts.removeAll { $0.host == nil }
      hosts.append(WeakHost(host: host))
    }
  }

  private struct WeakHost {
    weak var host: TLSServerHost?
  }
}
