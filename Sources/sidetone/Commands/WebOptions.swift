import CallSimulator
import Foundation

/// What `sidetone call` is told of the platform's HTTP: what it asks before it dials.
struct WebOptions {
  static let options = [
    Option(
      "--lookup", "URL",
      help: "ask this http(s) address where to dial, in place of URL, as \(askers("lookup"))"),
    Option(
      "--answer", "URL",
      help: "ask this answer URL, read its XML and dial what it says, as \(askers("answer"))"),
    Option(
      "--status", "URL",
      help: "tell this address of the call or the stream, in place of what the answer names"),
    Option(
      "--passthru", "URL",
      help: "ask this address which way to take after the stream, where the platform does"),
    Option(
      "--callback-style", "NAME",
      help: "how callbacks are spelt: \(styles) (default the first)"),
    Option(
      "--callback-retry", "N",
      help: "send a callback again up to N times where it is not taken, and the last one twice; "
        + "0 to 5 (default 0)"),
  ]

  private static var styles: String {
    SimulatedProvider.all.compactMap { $0.web?.callbackStyles.joined(separator: ", ") }
      .joined(separator: "; ")
  }

  /// What to ask before the call is dialled; nil to dial at once.
  let enquiry: String?
  private let given: CallbackPlan

  /// Reads the options for a provider's calls.
  init(_ arguments: Arguments, _ provider: SimulatedProvider) throws(UsageError) {
    var enquiry: String?
    for name in Set(SimulatedProvider.all.compactMap(\.web?.enquiry.name)).sorted() {
      guard let url = try Self.address(arguments, "--\(name)") else { continue }
      guard provider.web?.enquiry.name == name else {
        let right = provider.web.map { ": it has --\($0.enquiry.name)" } ?? ""
        throw UsageError("\(provider.name) asks no --\(name)\(right)")
      }
      enquiry = url
    }
    self.enquiry = enquiry
    var plan = CallbackPlan()
    plan.status = try Self.address(arguments, "--status")
    plan.passthru = try Self.address(arguments, "--passthru")
    let styles = provider.web?.callbackStyles ?? []
    plan.style = try arguments.choice("--callback-style", of: styles) ?? styles.first ?? ""
    plan.retries = try arguments.integer("--callback-retry", in: 0...5) ?? 0
    if plan.passthru != nil, provider.web?.takesPassthru != true {
      throw UsageError("\(provider.name) has no flow that goes on: leave --passthru out")
    }
    if plan.status == nil, plan.passthru == nil, enquiry == nil,
      arguments.has("--callback-style") || arguments.has("--callback-retry")
    {
      throw UsageError("--callback-style and --callback-retry go with --status or --passthru")
    }
    given = plan
    let url = arguments.optionalOperand(0)
    guard (url == nil) != (enquiry == nil) else {
      throw UsageError(
        url == nil
          ? "URL is missing: where the bot listens, or what to ask for it (--lookup, --answer)"
          : "URL and --\(provider.web?.enquiry.name ?? "") both say where to dial: leave one out")
    }
  }

  /// Whom the platform tells, after what an answer said.
  func plan(_ directions: DialDirections, streamURL: String) -> CallbackPlan {
    var plan = given
    if plan.status == nil, let (url, method) = directions.status {
      plan.status = url
      plan.statusMethod = method
    }
    plan.streamURL = streamURL
    return plan
  }

  /// An absolute http or https address.
  static func address(_ arguments: Arguments, _ name: String) throws(UsageError) -> String? {
    guard let text = try arguments.text(name) else { return nil }
    guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme),
      parts.host?.isEmpty == false
    else { throw UsageError("\(name) \(text) is not an http:// or https:// address") }
    return text
  }

  private static func askers(_ name: String) -> String {
    let names = SimulatedProvider.all.filter { $0.web?.enquiry.name == name }.map(\.name)
    return "\(names.joined(separator: " and ")) do\(names.count == 1 ? "es" : "")"
  }
}
