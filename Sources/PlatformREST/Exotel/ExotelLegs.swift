public import RESTClient
public import Telephony

/// Exotel's Legs API for one account. Each method sends one request, once; what comes of it arrives as an
/// event.
public struct ExotelLegs: Sendable {
  /// Whose account.
  public let account: ExotelAccount
  /// What sends.
  public let client: RESTClient
  /// The longest that one request may take.
  public let time: Duration

  /// Makes the API of an account.
  public init(
    _ account: ExotelAccount, client: RESTClient = RESTClient(),
    within time: Duration = .seconds(20)
  ) {
    self.account = account
    self.client = client
    self.time = time
  }

  /// Makes a leg. Where the answer is unknown the phone may ring: never repeat it by itself.
  ///
  /// - Throws: ``ParameterError`` where the order cannot be made; nothing is sent then.
  public func dial(
    _ leg: ExotelLeg
  ) async throws(ParameterError) -> ExotelAnswer<ExotelLegReceipt> {
    ExotelLegReceipt.answer(await client.send(try leg.request(to: account), within: time))
  }

  /// Does something on a leg.
  ///
  /// - Throws: ``ParameterError`` where the order cannot be made; nothing is sent then.
  public func perform(
    _ action: ExotelLegAction, on legSID: String
  ) async throws(ParameterError) -> ExotelAnswer<ExotelLegReceipt> {
    let request = try action.request(on: legSID, of: account)
    return ExotelLegReceipt.answer(await client.send(request, within: time))
  }
}
