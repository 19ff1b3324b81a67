/// How Twilio's streams end: a `stop` without a reason, then the socket's close.
///
/// Source: https://www.twilio.com/docs/voice/twiml/stream and the pages of its errors.
public struct TwilioDiagnoser: StreamDiagnoser {
  /// The platform.
  public var name: String { "Twilio" }

  /// Makes one.
  public init() {}

  /// What the status callback's `StreamError` names.
  public func trouble(in evidence: StreamEvidence) -> StreamDiagnosis? {
    guard let error = evidence.report?.error else { return nil }
    guard let trouble = TwilioTrouble(in: error) else {
      return StreamDiagnosis(
        .failed, .unknown, "Twilio reports an error: \(error).",
        checks: ["Look the call up in Twilio's debugger by its sid."])
    }
    if trouble == .serverClosed { return nil }
    let isReachable = evidence.hasStarted || evidence.closeCode != nil
    return StreamDiagnosis(
      trouble.isFatal ? .failed : .completed, trouble.isFatal && !isReachable ? .network : .bot,
      trouble.cause, checks: trouble.checks)
  }

  /// What to check, by what Twilio authenticates with.
  public func checks(ofUpgradeStatus status: Int) -> [String] {
    switch status {
    case 401, 403: TwilioTrouble.handshake.checks
    case 503: ["The server was full or stopping; Twilio does not try again. Add capacity."]
    default: ["Check the url of the <Stream> element and the proxy in front of the bot."]
    }
  }

  /// Closing the socket runs the next verb; other verbs by REST do the same.
  public var causeOfStop: String {
    "The stream was stopped, by the API or the call's flow, and the call's TwiML went on."
  }

  /// Twilio closes after its `stop`; a socket that it just closes was mostly the caller's end.
  public func diagnosis(ofClose code: Int, in evidence: StreamEvidence) -> StreamDiagnosis? {
    guard code == 1000 || code == 1005, evidence.closer != .bot else { return nil }
    return StreamDiagnosis(
      .completed, .caller,
      "Twilio closed the socket, as it does when the call ends: mostly the caller hung up.")
  }

  /// A lost socket ends the stream: Twilio does not connect again.
  public func checks(ofClose code: Int, in evidence: StreamEvidence) -> [String] {
    code == 1006
      ? ["Look the call up in Twilio's debugger; it does not connect a second time."] : []
  }
}

extension TwilioStatusCallback {
  /// What this says of the stream's end, in the words that platforms share; nil where it says nothing
  /// of an end.
  public var report: StreamReport? {
    switch kind {
    case .failed: StreamReport(verdict: .failed, error: error ?? "stream-error")
    case .stopped: StreamReport(verdict: .completed)
    case .started, .call, .other: nil
    }
  }
}
