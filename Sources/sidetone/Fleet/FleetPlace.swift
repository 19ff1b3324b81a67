import Fleet
import Foundation

/// Where the registry of a fleet is, as options and the environment say it.
enum FleetPlace {
  static let passwordVariable = "SIDETONE_REDIS_PASSWORD"
  static let options = [
    Option(
      "--fleet", "URL",
      help: "the registry in Redis of the nodes, redis://[USER@]HOST[:PORT][/DATABASE] (default "
        + "$SIDETONE_FLEET)"),
    Option(
      "--fleet-password-file", "FILE",
      help: "its password out of a file (default $\(passwordVariable))"),
  ]

  /// What is named; nil where nothing is.
  static func named(_ arguments: Arguments) throws(UsageError) -> RedisAddress? {
    let given = try arguments.text("--fleet")
    let stored = ProcessInfo.processInfo.environment["SIDETONE_FLEET"] ?? ""
    guard let text = given ?? (stored.isEmpty ? nil : stored) else {
      if arguments.has("--fleet-password-file") {
        throw UsageError("--fleet-password-file needs --fleet URL, or SIDETONE_FLEET")
      }
      return nil
    }
    guard var address = RedisAddress(text) else {
      // It may hold a password.
      throw UsageError(
        "--fleet is not like redis://host:6379", advice: "TLS is a tunnel's, such as stunnel")
    }
    if given != nil, address.password != nil {
      throw UsageError(
        "--fleet \(address.name) holds a password, which every user of this machine could read",
        advice: "put it into \(passwordVariable) or --fleet-password-file")
    }
    let file =
      try arguments.text("--fleet-password-file") ?? ServiceCredential.path("fleet-password")
    if let file {
      address.password = try AccessOptions.lines(of: file, "--fleet-password-file").first
    } else if let password = try AccessOptions.secret(passwordVariable) {
      address.password = password
    }
    return address
  }
}
