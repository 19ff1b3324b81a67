import BotTransport
import Glibc

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
    let certificate = try arguments.text("--tls-cert")
    let key = try arguments.text("--tls-key")
    let clientCA = try arguments.text("--tls-client-ca")
    switch (certificate, key) {
    case (let certificate?, let key?):
      configuration = TLSServerConfiguration(
        certificateFile: certificate, keyFile: key, clientCAFile: clientCA)
    case (nil, nil):
      guard clientCA == nil else {
        throw UsageError("--tls-client-ca goes with --tls-cert and --tls-key")
      }
      configuration = nil
    default:
      throw UsageError("--tls-cert and --tls-key go together")
    }
  }

  /// What a server's URL begins with.
  var scheme: String { configuration == nil ? "ws" : "wss" }

  /// Whether only holders of a certificate get in.
  var asksForCertificate: Bool { configuration?.clientCAFile != nil }

  /// Reads the files again at each SIGHUP, from now on until the task is cancelled; a bad file leaves
  /// all as it was. nil without TLS, where SIGHUP ends the server as it ends any program.
  func reloadAtHangUp() -> Task<Void, Never>? {
    guard let configuration else { return nil }
    let signals = SignalWatcher([SIGHUP])
    return Task { await Self.reload(configuration, at: signals) }
  }

  private static func reload(
    _ configuration: TLSServerConfiguration, at signals: SignalWatcher
  ) async {
    for await _ in signals.arrivals {
      do {
        try configuration.reload()
        Console.complain("sidetone serve: took the certificate in \(configuration.certificateFile)")
      } catch {
        Console.complain("sidetone serve: kept the certificate: \(error)")
      }
    }
  }
}
