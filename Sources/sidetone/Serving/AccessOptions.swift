import BotTransport
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
      help: "be reached from beyond this machine although anybody may then call the bot"),
  ]

  init(_ arguments: Arguments) throws(UsageError) {
    var policy = AccessPolicy()
    var basics: [(text: String, place: String)] = []
    if let path = try arguments.text("--basic-file") ?? ServiceCredential.path("basic") {
      basics = try Self.lines(of: path, "--basic-file").map { ($0, "--basic-file \(path)") }
    }
    if let text = try Self.secret("SIDETONE_BASIC") { basics.append((text, "SIDETONE_BASIC")) }
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
    if let token = try Self.secret("SIDETONE_TOKEN").flatMap(Secret.init) {
      policy.tokens.append(token)
    }
    policy.addresses = try Self.ranges("--allow", arguments)
    self.policy = policy
    admitsStrangers = arguments.flag("--allow-unauthenticated")
  }

  /// The value of an environment variable. One that is set and says nothing is a slip, such as a file
  /// that could not be read where a secret was to be: the server would stand open.
  static func secret(_ name: String) throws(UsageError) -> String? {
    guard let text = ProcessInfo.processInfo.environment[name] else { return nil }
    return try saying(text, name)
  }

  /// `text`, which stands at `place`, where it says anything.
  static func saying(_ text: String, _ place: String) throws(UsageError) -> String {
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw UsageError(
        "\(place) is empty", advice: "give it a value, or leave it out if nobody is to be asked")
    }
    return text
  }

  /// The addresses that an option names.
  static func ranges(
    _ option: String, _ arguments: Arguments
  ) throws(UsageError) -> [AddressRange] {
    var ranges: [AddressRange] = []
    for text in try arguments.texts(option) {
      guard let range = AddressRange(text) else {
        throw UsageError(
          "\(option) \(text) is no range of addresses: write 203.0.113.0/24, without bits behind "
            + "the prefix")
      }
      ranges.append(range)
    }
    return ranges
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
