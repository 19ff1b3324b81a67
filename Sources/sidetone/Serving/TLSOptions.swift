import BotTransport

/// The certificate that `sidetone serve` shows.
struct TLSOptions {
  /// nil without TLS.
  let configuration: TLSServerConfiguration?

  static let options = [
    Option(
      "--tls-cert", "FILE",
      help: "take wss:// instead of ws://, with this certificate, its issuers after it (PEM)"),
    Option("--tls-key", "FILE", help: "the private key of the certificate (PEM)"),
    Option(
      "--tls-client-ca", "FILE",
      help: "admit only who shows a certificate signed by one of these authorities (PEM)"),
  ]

  init(_ arguments: Arguments) throws(UsageError) {
    let certificate = try arguments.text("--tls-cert") ?? ServiceCredential.path("tls-cert")
    let key = try arguments.text("--tls-key") ?? ServiceCredential.path("tls-key")
    let clientCA =
      try arguments.text("--tls-client-ca") ?? ServiceCredential.path("tls-client-ca")
    configuration = try Self.configuration(certificate, key, clientCA, "--tls-client-ca")
  }

  /// What a server shows that takes `--tls-cert` and `--tls-key`, and, by an option of that name, asks for
  /// certificates; nil without TLS.
  static func configuration(
    _ certificate: String?, _ key: String?, _ clientCA: String? = nil, _ name: String = ""
  ) throws(UsageError) -> TLSServerConfiguration? {
    switch (certificate, key) {
    case (let certificate?, let key?):
      return TLSServerConfiguration(
        certificateFile: certificate, keyFile: key, clientCAFile: clientCA)
    case (nil, nil):
      guard clientCA == nil else { throw UsageError("\(name) goes with --tls-cert and --tls-key") }
      return nil
    default:
      throw UsageError("--tls-cert and --tls-key go together")
    }
  }

  /// What a server's URL begins with.
  var scheme: String { configuration == nil ? "ws" : "wss" }

  /// Whether only holders of a certificate get in.
  var asksForCertificate: Bool { configuration?.clientCAFile != nil }
}
