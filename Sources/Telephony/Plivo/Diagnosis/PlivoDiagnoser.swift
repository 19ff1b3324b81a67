/// How Plivo's streams end: by the socket's close; a `stop` is in no reference and may come.
///
/// Source: https://www.plivo.com/docs/voice-agents/audio-streaming/concepts/best-practices and the
/// troubleshooting page beside it.
public struct PlivoDiagnoser: StreamDiagnoser {
  /// The platform.
  public var name: String { "Plivo" }

  /// Makes one.
  public init() {}

  /// What a status callback or a hangup code names.
  public func trouble(in evidence: StreamEvidence) -> StreamDiagnosis? {
    guard let report = evidence.report else { return nil }
    if report.isThrottled {
      return StreamDiagnosis(
        .failed, .platform, "The account's limit of concurrent calls was reached.",
        checks: ["Ask Plivo for a higher limit, or place fewer calls at a time."])
    }
    if let error = report.error {
      guard let trouble = PlivoTrouble(named: error) else {
        return StreamDiagnosis(
          .failed, .unknown, "Plivo reports an error: \(error).",
          checks: ["Give Plivo's support the error together with the call's UUID."])
      }
      let isOurs = evidence.hasStarted || trouble != .connectionFailed
      return StreamDiagnosis(
        .failed, isOurs || evidence.closeCode != nil ? .bot : .network, trouble.cause,
        checks: trouble.checks)
    }
    guard let code = report.hangupCode,
      let meaning = PlivoHangup.meaning(
        ofCode: code, streamSeconds: evidence.durationMilliseconds.map { $0 / 1_000 })
    else { return nil }
    switch code {
    case 4000: return StreamDiagnosis(.completed, .caller, meaning)
    case 4010, 6000:
      let isBrief = code == 4010 && (evidence.durationMilliseconds ?? .max) < 10_000
      return isBrief
        ? StreamDiagnosis(
          .failed, .bot, meaning,
          checks: [
            "Look for a refused upgrade or a crash of the bot in the server's log.",
            "Check that the <Stream> element has keepCallAlive=\"true\".",
          ])
        : StreamDiagnosis(.completed, code == 4010 ? .bot : .platform, meaning)
    default:
      return StreamDiagnosis(
        .failed, (7_000..<9_000).contains(code) ? .bot : .platform, meaning,
        checks: ["Look up hangup code \(code) in Plivo's console."])
    }
  }

  /// What to check, by what Plivo authenticates with and how often it tries.
  public func checks(ofUpgradeStatus status: Int) -> [String] {
    switch status {
    case 401, 403:
      PlivoTrouble.authenticationFailed.checks
    case 503: ["The server was full or stopping; Plivo tries twice more. Add capacity."]
    default: ["Check the address in the <Stream> element and the proxy in front of the bot."]
    }
  }

  /// `streamTimeout` is a day by default; a minute of slack covers both clocks.
  public func timeLimit(in evidence: StreamEvidence) -> StreamDiagnosis? {
    let words = evidence.stop.map { ASCII.folded($0.text) }
    let isTold = words == "streamtimeout"
    guard let lasted = evidence.durationMilliseconds, evidence.closer != .bot,
      isTold || (86_340_000...86_460_000).contains(lasted)
    else { return nil }
    return StreamDiagnosis(
      .completed, .platform, "The stream reached its streamTimeout (a day, if none was set).",
      checks: ["Set streamTimeout in the <Stream> element to what the longest call needs."])
  }

  /// The stream is one element of the call's XML.
  public var causeOfStop: String {
    "The stream was stopped, by the API or the call's flow, and the call's XML went on."
  }

  /// Plivo ends a stream by closing the socket, whether or not it gives a code.
  public func diagnosis(ofClose code: Int, in evidence: StreamEvidence) -> StreamDiagnosis? {
    guard code == 1000 || code == 1005, evidence.closer != .bot else { return nil }
    return StreamDiagnosis(
      .completed, .caller,
      "Plivo closed the socket, as it does when the call ends: mostly the caller hung up.")
  }

  /// The sizes that Plivo's guide gives.
  public func checks(ofClose code: Int, in evidence: StreamEvidence) -> [String] {
    switch code {
    case 1006:
      PlivoTrouble.disconnected.checks + ["Plivo's own tester may drop the connection as its end."]
    case 1009: ["Keep messages below 64 KB, and audio below 16 KB of base64 in each."]
    default: []
    }
  }
}

extension PlivoStatusCallback {
  /// What this says of the stream's end, in the words that platforms share; nil where it says nothing
  /// of an end.
  public var report: StreamReport? {
    switch kind {
    case .failed:
      StreamReport(
        verdict: .failed, error: error ?? statusReason ?? PlivoTrouble.droppedStream.rawValue)
    case .stopped:
      StreamReport(verdict: .completed)
    case .started, .degraded, .played, .cleared, .other:
      nil
    }
  }
}
