/// How a client speaks TLS (1.2 or 1.3): whom it trusts and who it says it is.
///
/// The server's certificate must be valid for the URL's host, a name or an address, and come from an
/// authority in ``caFile``, or from one the system trusts. The files are read when connecting.
public struct TLSClientConfiguration: Hashable, Sendable {
  /// Authorities to trust instead of the system's: a file of certificates in PEM.
  public var caFile: String?
  /// The client's own certificate, its issuers after it, in PEM; goes with ``keyFile``.
  public var certificateFile: String?
  /// The private key of ``certificateFile``, in PEM, without a passphrase.
  public var keyFile: String?
  /// Takes any certificate from a server on this machine: `localhost`, 127.0.0.0/8, `::1`. For tests
  /// alone; for any other host connecting fails.
  public var trustsAnythingOnLoopback: Bool

  /// Makes a configuration; the default trusts what the system trusts and shows no certificate.
  public init(
    caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
    trustsAnythingOnLoopback: Bool = false
  ) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.trustsAnythingOnLoopback = trustsAnythingOnLoopback
  }
}
