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
    let key = try RESTCommand.value("EXOTEL_API_KEY")
    let token = try RESTCommand.value("EXOTEL_API_TOKEN")
    let sid = try RESTCommand.value("EXOTEL_ACCOUNT_SID")
    let word = RESTCommand.variable("EXOTEL_REGION") ?? "mumbai"
    guard let region = ExotelAccount.Region(rawValue: word.lowercased()) else {
      throw UsageError("EXOTEL_REGION \(word) is unknown: take mumbai or singapore")
    }
    guard let credentials = BasicCredentials(user: key, password: token) else {
      throw UsageError("EXOTEL_API_KEY may not hold a colon")
    }
    let base = try RESTCommand.base("EXOTEL_API_BASE")
    let legsBase = try RESTCommand.base("EXOTEL_LEGS_BASE") ?? base
    do throws(ParameterError) {
      var account = try ExotelAccount(sid: sid, credentials: credentials, region: region)
      account.voiceBase = base ?? account.voiceBase
      account.legsBase = legsBase ?? account.legsBase
      return account
    } catch {
      throw UsageError("EXOTEL_ACCOUNT_SID: \(error.reason)")
    }
  }

  /// What is printed of an answer, and how the command ends.
  static func report<Value>(
    _ answer: ExotelAnswer<Value>, unknownAdvice: String, _ accepted: (Value) -> String
  ) -> ExitStatus {
    RESTCommand.report(answer, of: "Exotel", unknownAdvice: unknownAdvice) { [accepted($0)] }
  }
}
