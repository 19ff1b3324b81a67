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
  ]

  /// What to ask before the call is dialled; nil to dial at once.
  let enquiry: String?

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
    let url = arguments.optionalOperand(0)
    guard (url == nil) != (enquiry == nil) else {
      throw UsageError(
        url == nil
          ? "URL is missing: where the bot listens, or what to ask for it (--lookup, --answer)"
          : "URL and --\(provider.web?.enquiry.name ?? "") both say where to dial: leave one out")
    }
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
