import Foundation
import Telephony

/// Who may call the bot, as `sidetone serve` is told.
struct AccessOptions {
  let policy: AccessPolicy
  let admitsStrangers: Bool

  static let options = [
    Option(
      "--basic-file", "FILE",
      help: "admit who shows HTTP Basic credentials of FILE, a user:password a line"),
    Option("--token-file", "FILE", help: "admit who shows a token of FILE, one a line"),
    Option(
      "--allow", "CIDR", isRepeatable: true,
      help: "admit these addresses alone, such as 203.0.113.0/24 or 2001:db8::/32; may be "
        + "given several times"),
    Option(
      "--allow-unauthenticated",
      help: "listen beyond this machine although anybody may then call the bot"),
  ]

  init(_ arguments: Arguments) throws(UsageError) {
    var policy = AccessPolicy()
    let environment = ProcessInfo.processInfo.environment
    var basics: [(text: String, place: String)] = []
    if let path = try arguments.text("--basic-file") ?? ServiceCredential.path("basic") {
      basics = try Self.lines(of: path, "--basic-file").map { ($0, "--basic-file \(path)") }
    }
    if let text = environment["SIDETONE_BASIC"], !text.isEmpty {
      basics.append((text, "SIDETONE_BASIC"))
    }
    for (text, place) in basics {
      // What was written there is not repeated: it may be half a secret.
      guard let credentials = BasicCredentials(text) else {
        throw UsageError("\(place): credentials are written user:password")
      }
      policy.credentials.append(credentials)
    }
    if let path = try arguments.text("--token-file") ?? ServiceCredential.path("token") {
      policy.tokens = try Self.lines(of: path, "--token-file").compactMap { Secret($0) }
    }
    if let token = Secret(environment["SIDETONE_TOKEN"] ?? "") { policy.tokens.append(token) }
    for text in try arguments.texts("--allow") {
      guard let range = AddressRange(text) else {
        throw UsageError(
          "--allow \(text) is no range of addresses: write 203.0.113.0/24, without bits behind "
            + "the prefix")
      }
      policy.addresses.append(range)
    }
    self.policy = policy
    admitsStrangers = arguments.flag("--allow-unauthenticated")
  }

  /// The lines of a file that say something; `#` begins a remark.
  static func lines(of path: String, _ option: String) throws(UsageError) -> [String] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw UsageError("\(option) \(path) cannot be read")
    }
    let lines = text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    guard !lines.isEmpty else { throw UsageError("\(option) \(path) is empty") }
    return lines
  }
}
