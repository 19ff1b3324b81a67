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
    let environment = ProcessInfo.processInfo.environment
    var values: [String] = []
    for name in ["PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN"] {
      guard let value = environment[name], !value.isEmpty else {
        throw UsageError("\(name) is not set in the environment")
      }
      values.append(value)
    }
    do {
      var account = try PlivoAccount(authID: values[0], authToken: values[1])
      if let base = environment["PLIVO_API_BASE"], !base.isEmpty {
        guard base.hasPrefix("https://") || base.hasPrefix("http://") else {
          throw UsageError("PLIVO_API_BASE must begin with https:// or http://")
        }
        account.base = base.hasSuffix("/") ? String(base.dropLast()) : base
      }
      return account
    } catch let error as PlivoParameterError {
      throw UsageError("PLIVO_AUTH_ID: \(error.reason)")
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("the account cannot be used: \(error)")
    }
  }

  /// Asks the account's API once.
  static func ask<Answer>(
    within seconds: Int, _ send: (PlivoREST) async throws(PlivoParameterError) -> Answer
  ) async throws(UsageError) -> Answer {
    let plivo = PlivoREST(try account(), within: .seconds(seconds))
    do { return try await send(plivo) } catch { throw UsageError("\(error)") }
  }

  /// Prints an answer, and says how the command ends.
  static func report<Value>(
    _ answer: PlivoAnswer<Value>, _ accepted: (Value) -> [String]
  ) -> ExitStatus {
    switch answer {
    case .accepted(let value):
      for line in accepted(value) { Console.print(line) }
      return .success
    case .refused(let refusal):
      Console.complain("sidetone plivo: Plivo refused: \(refusal)")
      return .failure
    case .unknown(let reason):
      Console.complain("sidetone plivo: \(reason); ask again with sidetone plivo streams")
      return .failure
    }
  }
}
