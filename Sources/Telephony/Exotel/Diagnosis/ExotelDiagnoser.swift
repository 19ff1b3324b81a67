/// How Exotel's streams end.
///
/// A close code and `Stream[Error]` are different signals: `3009` in the latter is no close code.
/// Source: https://docs.exotel.com/exotel-agentstream/agentstream-wss-errors-and-handling.
public struct ExotelDiagnoser: StreamDiagnoser {
  /// The platform.
  public var name: String { "Exotel" }

  /// Makes one.
  public init() {}

  /// A throttled account, or an error of Exotel's: it is opaque; the checks only follow words that Go's
  /// network errors are made of.
  public func trouble(in evidence: StreamEvidence) -> StreamDiagnosis? {
    if evidence.report?.isThrottled == true {
      return StreamDiagnosis(
        .failed, .platform, "The account's limit of concurrent streams was reached.",
        checks: [
          "Compare the active streams with the limit (sidetone exotel streams).",
          "Ask Exotel for a higher limit, or place fewer calls at a time.",
        ])
    }
    guard let error = evidence.report?.error else { return nil }
    let text = error.lowercased()
    var checks: [String] = []
    for hint in Self.hints where text.contains(hint.word) && !checks.contains(hint.check) {
      checks.append(hint.check)
    }
    checks.append("Give Exotel's support the whole error together with the call's identifier.")
    let isConnection = !evidence.hasStarted
    return StreamDiagnosis(
      .failed, isConnection ? .bot : .unknown,
      (isConnection ? "Exotel could not reach the bot: " : "Exotel reports an error: ") + error,
      checks: checks)
  }

  private static let hints: [(word: String, check: String)] = [
    ("no such host", "The host name in the applet's address does not resolve: check its spelling."),
    ("refused", "Nothing listens on that host and port, or a firewall refuses it."),
    ("x509", "The certificate is not trusted: use a public one with its whole chain."),
    ("certificate", "The certificate is not trusted: use a public one with its whole chain."),
    ("tls", "The TLS handshake failed: check certificate, chain and protocol versions."),
    (
      "bad handshake",
      "The upgrade was answered, but not with 101: check the path, proxy and credentials."
    ),
    ("timeout", "The server did not answer within 10 s: look for a cold start or a full queue."),
    ("deadline", "The server did not answer within 10 s: look for a cold start or a full queue."),
  ]

  /// What to check, with what Exotel does to an address on its way.
  public func checks(ofUpgradeStatus status: Int) -> [String] {
    switch status {
    case 401, 403:
      [
        "Check the credentials in the applet's address, and the allow-list.",
        "Exotel may drop the query before it connects: put the token into the path or user-info.",
      ]
    case 503: ["The server was full; Exotel tries once more. Add capacity."]
    default: ["Check the path in the applet's address and the proxy in front of the bot."]
    }
  }

  /// Exotel ends a stream after 60 minutes; a minute of slack covers both clocks.
  public func timeLimit(in evidence: StreamEvidence) -> StreamDiagnosis? {
    guard let lasted = evidence.durationMilliseconds, evidence.closer != .bot,
      evidence.stop?.reason != .callEnded, (3_590_000...3_660_000).contains(lasted)
    else { return nil }
    return StreamDiagnosis(
      .completed, .platform, "The stream reached Exotel's limit of 60 minutes.",
      checks: ["Ask Exotel whether the plan allows longer streams, or end the talk before."])
  }

  /// The applet is one step of a flow.
  public var causeOfStop: String { "The applet ended, and the flow went on to the next one." }

  /// The documented size of a message, and the burst that published samples link to a hang-up about
  /// four seconds later.
  public func checks(ofClose code: Int, in evidence: StreamEvidence) -> [String] {
    switch code {
    case 1005, 1006:
      let lasted = evidence.durationMilliseconds ?? 0
      return (2_000...6_000).contains(lasted) && evidence.mediaSent > 0
        ? ["Pace what is sent: a burst can end the call after about 4 s."] : []
    case 1009:
      return ["Keep payloads at 99,840 bytes or less, as the documented chunk sizes do."]
    default:
      return []
    }
  }
}

extension ExotelStreamOutcome {
  /// What this says, in the words that platforms share.
  public var report: StreamReport {
    let verdict: StreamDiagnosis.Verdict =
      switch status {
      case .completed?, .cancelled?: .completed
      case .failed?: .failed
      case .other?, nil: .unknown
      }
    let side: StreamDiagnosis.Side =
      switch (status, disconnectedBy) {
      case (.cancelled?, _), (_, .caller?): .caller
      case (_, .bot?): .bot
      case (_, .system?), (_, .other?), (_, nil): .unknown
      }
    return StreamReport(verdict: verdict, side: side, error: error, isThrottled: isThrottled)
  }
}
