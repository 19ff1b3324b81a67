/// Why a stream ended, in plain words.
public struct StreamDiagnosis: Hashable, Sendable {
  /// Whether the stream did what it was for.
  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// It ended as streams are meant to.
    case completed
    /// It did not.
    case failed
    /// It is not known.
    case unknown
  }

  /// Whose side ended it.
  public enum Side: String, Hashable, Sendable, CaseIterable {
    /// The person on the phone.
    case caller
    /// The bot, its server, or what stands in front of it.
    case bot
    /// The platform: its flow, the account's limits.
    case platform
    /// The way between.
    case network
    /// It is not known.
    case unknown
  }

  /// Whether the stream did what it was for.
  public var verdict: Verdict
  /// Whose side ended it.
  public var side: Side
  /// What ended it, one sentence.
  public var cause: String
  /// What to check, most likely first; empty where all is well.
  public var checks: [String]

  /// Makes a diagnosis.
  public init(_ verdict: Verdict, _ side: Side, _ cause: String, checks: [String] = []) {
    self.verdict = verdict
    self.side = side
    self.cause = cause
    self.checks = checks
  }
}

/// Explains how a platform's streams end.
///
/// A platform gives its name and what only it says and does; ``diagnosis(of:)`` asks in one order for
/// all of them. Every requirement but the name has a default that suits an unknown platform.
public protocol StreamDiagnoser: Sendable {
  /// The platform's name as people write it at the start of a sentence.
  var name: String { get }

  /// What the platform says went wrong; nil where it says nothing of the kind.
  func trouble(in evidence: StreamEvidence) -> StreamDiagnosis?

  /// What to check where the upgrade was refused with an HTTP status.
  func checks(ofUpgradeStatus status: Int) -> [String]

  /// Whether the stream reached the longest time that the platform allows; nil where it did not.
  func timeLimit(in evidence: StreamEvidence) -> StreamDiagnosis?

  /// What the flow of a call does where the platform stopped the stream and not the call.
  var causeOfStop: String { get }

  /// What a close code says on this platform, where it differs from what it says on others.
  func diagnosis(ofClose code: Int, in evidence: StreamEvidence) -> StreamDiagnosis?

  /// What else is worth a look on a stream that ended at its socket's close.
  func checks(ofClose code: Int, in evidence: StreamEvidence) -> [String]
}

extension StreamDiagnoser {
  /// Nothing.
  public func trouble(in evidence: StreamEvidence) -> StreamDiagnosis? { nil }

  /// What helps with any platform.
  public func checks(ofUpgradeStatus status: Int) -> [String] {
    switch status {
    case 401, 403: ["Check the credentials that \(name) is given, and the allow-list."]
    case 503: ["The server was full or stopping. Add capacity."]
    default: ["Check the address that \(name) is given and the proxy in front of the bot."]
    }
  }

  /// No limit.
  public func timeLimit(in evidence: StreamEvidence) -> StreamDiagnosis? { nil }

  /// What any platform may mean.
  public var causeOfStop: String { "\(name) stopped the stream, and the call's flow went on." }

  /// Nothing of its own.
  public func diagnosis(ofClose code: Int, in evidence: StreamEvidence) -> StreamDiagnosis? { nil }

  /// Nothing.
  public func checks(ofClose code: Int, in evidence: StreamEvidence) -> [String] { [] }

  /// What ended the stream, whose side it was and what to check.
  ///
  /// The first that applies: trouble that the platform tells of, a refused upgrade, a newer socket, a
  /// stream that never began, a limit of time, the `stop` that came, who the platform says ended it,
  /// the close code.
  public func diagnosis(of evidence: StreamEvidence) -> StreamDiagnosis {
    trouble(in: evidence) ?? refusedUpgrade(evidence) ?? replaced(evidence)
      ?? neverStarted(evidence) ?? timeLimit(in: evidence) ?? stopped(evidence)
      ?? reported(evidence) ?? closed(evidence)
  }

  private func refusedUpgrade(_ evidence: StreamEvidence) -> StreamDiagnosis? {
    guard let status = evidence.upgradeStatus, status != 101 else { return nil }
    return StreamDiagnosis(
      .failed, .bot, "The upgrade was refused with HTTP \(status).",
      checks: checks(ofUpgradeStatus: status))
  }

  private func replaced(_ evidence: StreamEvidence) -> StreamDiagnosis? {
    guard evidence.closer == .bot, evidence.closeReason == StreamEvidence.replacedReason else {
      return nil
    }
    return StreamDiagnosis(
      .completed, .platform,
      "\(name) opened a newer socket for the same stream, which took over.",
      checks: ["See the record of the newer socket; a first one may have been slow to answer."])
  }

  private func neverStarted(_ evidence: StreamEvidence) -> StreamDiagnosis? {
    guard !evidence.hasStarted, let code = evidence.closeCode else { return nil }
    // What came could not be used: the close says more than the missing start.
    if code == 1003, evidence.closer == .bot { return nil }
    return StreamDiagnosis(
      .failed, evidence.closer == .bot ? .bot : .unknown,
      "The socket came up, but no start came on it before it ended.",
      checks: [
        "Check that \(name), not a monitor or a browser, connects to this address.",
        "Check that the proxy passes WebSocket frames on in both directions.",
        "Check that the first events are answered in time and not refused by a rate limit.",
      ])
  }

  private func stopped(_ evidence: StreamEvidence) -> StreamDiagnosis? {
    guard let stop = evidence.stop else { return nil }
    switch stop.reason {
    case .callEnded:
      return StreamDiagnosis(
        .completed, evidence.report?.side == .bot ? .bot : .caller,
        "The call ended, which mostly means that the caller hung up.",
        checks: evidence.silenceChecks)
    case .stopped:
      return StreamDiagnosis(
        .completed, .platform, causeOfStop, checks: evidence.silenceChecks)
    case .unknown:
      let words = stop.text.isEmpty ? "without a reason" : "with the reason \"\(stop.text)\""
      return StreamDiagnosis(
        .completed, .unknown, "\(name) stopped the stream \(words).",
        checks: evidence.silenceChecks)
    }
  }

  private func reported(_ evidence: StreamEvidence) -> StreamDiagnosis? {
    guard let report = evidence.report, report.verdict == .completed else { return nil }
    switch report.side {
    case .bot:
      return StreamDiagnosis(
        .completed, .bot, "The bot closed the socket.", checks: evidence.silenceChecks)
    case .caller:
      return StreamDiagnosis(
        .completed, .caller, "The caller hung up.", checks: evidence.silenceChecks)
    case .platform, .network, .unknown:
      return nil
    }
  }

  private func closed(_ evidence: StreamEvidence) -> StreamDiagnosis {
    guard let code = evidence.closeCode else {
      return StreamDiagnosis(
        .unknown, .unknown, "Nothing was seen of this stream's end.",
        checks: [
          "Where \(name) never connected: check address, DNS, certificate, firewall and allow-list.",
          "Ask \(name) for the call's details by its identifier.",
        ])
    }
    var diagnosis =
      diagnosis(ofClose: code, in: evidence) ?? CloseCode.diagnosis(code, of: evidence)
    diagnosis.checks = checks(ofClose: code, in: evidence) + diagnosis.checks
    diagnosis.checks += evidence.silenceChecks
    return diagnosis
  }
}

/// Explains ends in general words.
public struct GeneralDiagnoser: StreamDiagnoser {
  /// The platform's name.
  public let name: String

  /// Makes one for a platform of which nothing else is known.
  public init(name: String = "The platform") { self.name = name }
}

extension PlatformRegistry {
  /// What ended a stream of `platform`, whose side it was and what to check; in general words where
  /// the platform is not registered or not known.
  public func diagnosis(of evidence: StreamEvidence, on platform: Platform?) -> StreamDiagnosis {
    let diagnoser: any StreamDiagnoser =
      platform.flatMap(entry(for:))?.diagnoser ?? GeneralDiagnoser()
    return diagnoser.diagnosis(of: evidence)
  }
}

extension StreamEvidence {
  /// Our close reason where a newer socket of the same stream took over.
  package static let replacedReason = "replaced by a newer socket"

  /// Worth a look on any stream in which one side was never heard.
  var silenceChecks: [String] {
    var checks: [String] = []
    if hasStarted, mediaReceived == 0 {
      checks.append(
        "No audio came from the caller: check the flow and, on SIP, a greeting before the stream.")
    }
    if hasStarted, mediaSent == 0 {
      checks.append(
        "The bot sent nothing: the caller heard silence (as meant on a one-way stream).")
    }
    return checks
  }
}
