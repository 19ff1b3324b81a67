import Foundation
import Telephony

/// What the commands over a platform's REST interface share: an account out of the environment, and what
/// is said of an answer.
enum RESTCommand {
  /// The variable `name`; nil where it is not set, or empty.
  static func variable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The variable `name`, which must be set.
  static func value(_ name: String) throws(UsageError) -> String {
    guard let value = variable(name) else {
      throw UsageError("\(name) is not set in the environment")
    }
    return value
  }

  /// The host that the variable `name` puts in the place of the platform's; nil where it is not set.
  static func base(_ name: String) throws(UsageError) -> String? {
    guard let base = variable(name) else { return nil }
    guard base.hasPrefix("https://") || base.hasPrefix("http://") else {
      throw UsageError("\(name) must begin with https:// or http://")
    }
    return base.hasSuffix("/") ? String(base.dropLast()) : base
  }

  /// Prints an answer of `platform`'s, and says how the command ends.
  static func report<Value, Refusal>(
    _ answer: RESTAnswer<Value, Refusal>, of platform: String, unknownAdvice: String,
    _ accepted: (Value) -> [String]
  ) -> ExitStatus {
    let name = "sidetone \(platform.lowercased())"
    switch answer {
    case .accepted(let value):
      for line in accepted(value) { Console.print(line) }
      return .success
    case .refused(let refusal):
      Console.complain("\(name): \(platform) refused: \(refusal)")
      return .failure
    case .unknown(let reason):
      Console.complain("\(name): \(reason); \(unknownAdvice)")
      return .failure
    }
  }
}
