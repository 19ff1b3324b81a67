/// Why the files of a TLS configuration cannot be used. Never holds what a file contains.
public enum TLSFileError: Error, Equatable, CustomStringConvertible {
  /// The file is missing or may not be read.
  case unreadable(file: String, reason: String)
  /// The file holds no certificate in PEM.
  case noCertificate(file: String)
  /// The file holds no private key in PEM, or one behind a passphrase.
  case noKey(file: String)
  /// The key is not the certificate's.
  case mismatch(certificate: String, key: String)
  /// A certificate was named without its key, or a key without its certificate.
  case halfAPair
  /// Verification was switched off for a host that is not this machine.
  case unverifiedStranger(host: String)
  /// OpenSSL refused for another reason.
  case library(reason: String)

  /// One line for people: what, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "cannot read \(file): \(reason)"
    case .noCertificate(let file): "\(file) holds no certificate: it must be PEM"
    case .noKey(let file): "\(file) holds no private key: it must be PEM, without a passphrase"
    case .mismatch(let certificate, let key):
      "\(key) is not the key of the certificate in \(certificate)"
    case .halfAPair: "a certificate and its key go together: name both files"
    case .unverifiedStranger(let host):
      "\(host) is not this machine: its certificate must be verified"
    case .library(let reason): "TLS cannot be set up: \(reason)"
    }
  }
}
