import BotTransport
import Foundation
import Telephony

/// Where the secret stands that a platform signs with: an option, a file, a variable, a service's
/// credential, all named after the platform.
struct SigningSecret {
  /// The name of the option without its dashes, and of the credential.
  let name: String
  private let path: String

  /// nil where the platform signs nothing.
  init?(_ service: PlatformService) {
    guard let secretName = service.secretName else { return nil }
    name = "\(service.platform.name)-\(secretName)"
    path = "/\(service.platform.name)"
  }

  /// The variable of the environment.
  var variable: String { name.uppercased().replacing("-", with: "_") }

  /// The variables of all platforms that sign.
  static var variables: [String] {
    PlatformService.all.compactMap { SigningSecret($0)?.variable }
  }

  /// What the environment holds for the platform of that name.
  static func inEnvironment(of platform: String) -> String? {
    PlatformService.all.first { $0.platform.name == platform }.flatMap(SigningSecret.init)
      .flatMap { ProcessInfo.processInfo.environment[$0.variable] }
  }

  var options: [Option] {
    [
      Option(
        "--\(name)", "TOKEN",
        help:
          "take upgrades and webhooks under \(path) with the platform's signature alone (default "
          + "$\(variable), which other users of the machine cannot read)"),
      Option(
        "--\(name)-file", "FILE",
        help: "the same token out of a file, or several while they change, one a line"),
    ]
  }

  func read(_ arguments: Arguments) throws(UsageError) -> [String] {
    let file = try arguments.text("--\(name)-file") ?? ServiceCredential.path(name)
    let given = try arguments.text("--\(name)").map { text throws(UsageError) in
      try AccessOptions.saying(text, "--\(name)")
    }
    let fallback = try AccessOptions.secret(variable)
    var secrets = [given ?? fallback].compactMap(\.self)
    if let file { secrets += try AccessOptions.lines(of: file, "--\(name)-file") }
    return secrets
  }
}
