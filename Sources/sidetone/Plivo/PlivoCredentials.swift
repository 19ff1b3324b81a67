import Foundation
import PlatformREST
import Telephony

/// The account that the environment names; its credentials are in no option, where every user of the
/// machine could read them.
enum PlivoCredentials {
  static let notes = """
    The account comes from the environment: PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN.
    PLIVO_API_BASE names another host, such as http://127.0.0.1:8080 for a test.

    exit status: 0 done, 1 refused or not known to be done, 2 wrong usage
    """

  static let call = Operand(name: "CALL_UUID", help: "the call, CallUUID in webhooks")

  static let timeout = Option(
    "--timeout", "SECONDS", help: "the longest to wait for Plivo's answer, 1 to 120 (default 20)")

  static func account() throws(UsageError) -> PlivoAccount {
    let id = try RESTCommand.value("PLIVO_AUTH_ID")
    let token = try RESTCommand.value("PLIVO_AUTH_TOKEN")
    let base = try RESTCommand.base("PLIVO_API_BASE")
    do throws(ParameterError) {
      var account = try PlivoAccount(authID: id, authToken: token)
      account.base = base ?? account.base
      return account
    } catch {
      throw UsageError("PLIVO_AUTH_ID: \(error.reason)")
    }
  }

  /// Asks the account's API once.
  static func ask<Answer>(
    within seconds: Int, _ send: (PlivoREST) async throws(ParameterError) -> Answer
  ) async throws(UsageError) -> Answer {
    let plivo = PlivoREST(try account(), within: .seconds(seconds))
    do { return try await send(plivo) } catch { throw UsageError("\(error)") }
  }

  /// Prints an answer, and says how the command ends.
  static func report<Value>(
    _ answer: PlivoAnswer<Value>, _ accepted: (Value) -> [String]
  ) -> ExitStatus {
    RESTCommand.report(
      answer, of: "Plivo", unknownAdvice: "ask again with sidetone plivo streams", accepted)
  }
}
