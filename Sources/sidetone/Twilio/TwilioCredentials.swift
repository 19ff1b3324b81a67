import Foundation
import PlatformREST
import Telephony

/// The account that the environment names; its credentials are in no option, where every user of the
/// machine could read them.
enum TwilioCredentials {
  static let notes = """
    The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN,
    or TWILIO_API_KEY and TWILIO_API_SECRET in the token's place. TWILIO_API_BASE
    names another host, such as http://127.0.0.1:8080 for a test.
    """

  static let call = Operand(name: "CALL_SID", help: "the call, CallSid in webhooks")

  static let parameter = Option(
    "--parameter", "NAME=VALUE", isRepeatable: true, help: "a custom parameter for the bot")

  static let timeout = Option(
    "--timeout", "SECONDS", help: "the longest to wait for Twilio's answer, 1 to 120 (default 20)")

  /// The value of ``timeout``.
  static func timeout(_ arguments: Arguments) throws(UsageError) -> Int {
    try arguments.integer("--timeout", in: 1...120) ?? 20
  }

  static func account() throws(UsageError) -> TwilioAccount {
    let sid = try RESTCommand.value("TWILIO_ACCOUNT_SID")
    let key = RESTCommand.variable("TWILIO_API_KEY")
    let secret = try RESTCommand.value(key == nil ? "TWILIO_AUTH_TOKEN" : "TWILIO_API_SECRET")
    let base = try RESTCommand.base("TWILIO_API_BASE")
    do throws(ParameterError) {
      var account = try TwilioAccount(sid: sid, user: key, secret: secret)
      account.base = base ?? account.base
      return account
    } catch {
      throw UsageError("TWILIO_ACCOUNT_SID: \(error.reason)")
    }
  }

  /// Asks the account's API once.
  static func ask<Answer>(
    within seconds: Int, _ send: (TwilioREST) async throws(ParameterError) -> Answer
  ) async throws(UsageError) -> Answer {
    let twilio = TwilioREST(try account(), within: .seconds(seconds))
    do { return try await send(twilio) } catch { throw UsageError("\(error)") }
  }

  /// Prints an answer, and says how the command ends.
  static func report<Value>(
    _ answer: TwilioAnswer<Value>, unknownAdvice: String, _ accepted: (Value) -> String
  ) -> ExitStatus {
    RESTCommand.report(answer, of: "Twilio", unknownAdvice: unknownAdvice) { [accepted($0)] }
  }
}
