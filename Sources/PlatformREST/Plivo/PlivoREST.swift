public import RESTClient
public import Telephony

/// Plivo's REST API for one account. Each method sends one request, once.
///
/// What it throws is a ``ParameterError``: then nothing was sent.
public struct PlivoREST: Sendable {
  /// Whose account.
  public let account: PlivoAccount
  /// What sends.
  public let client: RESTClient
  /// The longest that one request may take.
  public let time: Duration

  /// Makes the API of an account.
  public init(
    _ account: PlivoAccount, client: RESTClient = RESTClient(), within time: Duration = .seconds(20)
  ) {
    self.account = account
    self.client = client
    self.time = time
  }

  /// Starts a stream on a call that is up. Not to be repeated by itself.
  public func start(
    _ stream: PlivoStream, on callUUID: String
  ) async throws(ParameterError) -> PlivoAnswer<PlivoStreamInfo> {
    PlivoStreamInfo.answer(await send(try account.start(stream, on: callUUID)))
  }

  /// A call's streams.
  public func streams(
    of callUUID: String
  ) async throws(ParameterError) -> PlivoAnswer<[PlivoStreamInfo]> {
    PlivoStreamInfo.list(await send(try account.streams(of: callUUID)))
  }

  /// Stops one stream, or all of a call's; false where it was over already.
  public func stop(
    _ streamID: String? = nil, of callUUID: String
  ) async throws(ParameterError) -> PlivoAnswer<Bool> {
    PlivoAnswer(ending: await send(try account.stop(streamID, of: callUUID)))
  }

  /// Hangs up; false where the call was over already.
  public func hangUp(
    _ callUUID: String
  ) async throws(ParameterError) -> PlivoAnswer<Bool> {
    PlivoAnswer(ending: await send(try account.hangUp(callUUID)))
  }

  private func send(_ request: RESTRequest) async -> RESTResponse? {
    await client.send(request, within: time)
  }
}
