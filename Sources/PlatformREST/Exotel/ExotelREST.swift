public import RESTClient
public import Telephony

/// Exotel's REST API for one account. Each method sends one request, once.
public struct ExotelREST: Sendable {
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

  /// Has Exotel dial a number and join it to a bot or a flow. Where the answer is unknown the phone may
  /// ring: never repeat it by itself.
  ///
  /// - Throws: ``ParameterError`` where the order cannot be made; nothing is sent then.
  public func place(
    _ order: ExotelConnect
  ) async throws(ParameterError) -> ExotelAnswer<ExotelCall> {
    ExotelCall.answer(await client.send(try order.request(to: account), within: time))
  }

  /// A call's present state: the fallback where callbacks were lost.
  public func details(
    of callSID: String
  ) async throws(ParameterError) -> ExotelAnswer<ExotelCall> {
    let request = try ExotelCall.details(of: callSID, in: account)
    return ExotelCall.answer(await client.send(request, within: time))
  }

  /// How many streams the account has up, and how many it may have.
  public func activeStreams() async -> ExotelAnswer<ExotelActiveStreams> {
    let request = ExotelActiveStreams.request(to: account)
    return ExotelActiveStreams.answer(await client.send(request, within: time))
  }
}
