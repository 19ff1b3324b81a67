public import RESTClient
public import Telephony

/// Twilio's REST API for one account. Each method sends one request, once.
///
/// What it throws is a ``ParameterError``: then nothing was sent.
public struct TwilioREST: Sendable {
  /// Whose account.
  public let account: TwilioAccount
  /// What sends.
  public let client: RESTClient
  /// The longest that one request may take.
  public let time: Duration

  /// Makes the API of an account.
  public init(
    _ account: TwilioAccount, client: RESTClient = RESTClient(),
    within time: Duration = .seconds(20)
  ) {
    self.account = account
    self.client = client
    self.time = time
  }

  /// Has Twilio dial a number. Not to be repeated by itself: each rings a phone.
  public func place(
    _ order: TwilioOrder
  ) async throws(ParameterError) -> TwilioAnswer<TwilioCall> {
    TwilioCall.answer(await send(try account.place(order)))
  }

  /// Asks for a call.
  public func details(
    of callSID: String
  ) async throws(ParameterError) -> TwilioAnswer<TwilioCall> {
    TwilioCall.answer(await send(try account.details(of: callSID)))
  }

  /// Hangs up; false where the call was over already.
  public func hangUp(
    _ callSID: String
  ) async throws(ParameterError) -> TwilioAnswer<Bool> {
    TwilioAnswer(ending: await send(try account.hangUp(callSID)))
  }

  /// Starts a one-way stream on a call that is up. Not to be repeated by itself.
  public func start(
    _ stream: TwilioStream, on callSID: String
  ) async throws(ParameterError) -> TwilioAnswer<TwilioStreamInfo> {
    TwilioStreamInfo.answer(await send(try account.start(stream, on: callSID)))
  }

  /// Stops a one-way stream by its sid or its name; false where it was over already.
  public func stop(
    _ stream: String, of callSID: String
  ) async throws(ParameterError) -> TwilioAnswer<Bool> {
    TwilioAnswer(ending: await send(try account.stop(stream, of: callSID)))
  }

  private func send(_ request: RESTRequest) async -> RESTResponse? {
    await client.send(request, within: time)
  }
}
