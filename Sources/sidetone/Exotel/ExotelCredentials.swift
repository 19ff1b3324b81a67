import Foundation
import Telephony

/// The account that the environment names; its credentials are in no option, where every user of the
/// machine could read them.
enum ExotelCredentials {
  static let notes = """
    The account comes from the environment: EXOTEL_API_KEY, EXOTEL_API_TOKEN,
    EXOTEL_ACCOUNT_SID, and EXOTEL_REGION, mumbai (the default) or singapore.
    EXOTEL_API_BASE names another host, such as http://127.0.0.1:8080 for a test.
    """

  static let timeout = Option(
    "--timeout", "SECONDS", help: "the longest to wait for Exotel's answer, 1 to 120 (default 20)")

  /// The value of ``timeout``.
  static func timeout(_ arguments: Arguments) throws(UsageError) -> Int {
    try arguments.integer("--timeout", in: 1...120) ?? 20
  }

  static func account() throws(UsageError) -> ExotelAccount {
    let environment = ProcessInfo.processInfo.environment
    var values: [String] = []
    for name in ["EXOTEL_API_KEY", "EXOTEL_API_TOKEN", "EXOTEL_ACCOUNT_SID"] {
      guard let value = environment[name], !value.isEmpty else {
        throw UsageError("\(name) is not set in the environment")
      }
      values.append(value)
    }
    let word = environment["EXOTEL_REGION"] ?? ""
    guard let region = word.isEmpty ? .mumbai : ExotelAccount.Region(rawValue: word.lowercased())
    else {
      throw UsageError("EXOTEL_REGION \(word) is unknown: take mumbai or singapore")
    }
    guard let credentials = BasicCredentials(user: values[0], password: values[1]) else {
      throw UsageError("EXOTEL_API_KEY may not hold a colon")
    }
    do {
      var account = try ExotelAccount(sid: values[2], credentials: credentials, region: region)
      if let base = environment["EXOTEL_API_BASE"], !base.isEmpty {
        guard base.hasPrefix("https://") || base.hasPrefix("http://") else {
          throw UsageError("EXOTEL_API_BASE must begin with https:// or http://")
        }
        account.voiceBase = base.hasSuffix("/") ? String(base.dropLast()) : base
      }
      return account
    } catch let error as ExotelParameterError {
      throw UsageError("EXOTEL_ACCOUNT_SID: \(error.reason)")
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("the account cannot be used: \(error)")
    }
  }

  /// What is printed of an answer, and how the command ends.
  static func report<Value>(
    _ answer: ExotelAnswer<Value>, unknownAdvice: String, _ accepted: (Value) -> String
  ) -> ExitStatus {
    switch answer {
    case .accepted(let value):
      Console.print(accepted(value))
      return .success
    case .refused(let refusal):
      Console.complain("sidetone exotel: Exotel refused: \(refusal)")
      return .failure
    case .unknown(let reason):
      Console.complain("sidetone exotel: \(reason); \(unknownAdvice)")
      return .failure
    }
  }
}
