import AudioEngine
public import CallLog
import Telephony

/// What was told of a call's end, apart from the call: a live one has none of it.
final class CallEnding: Sendable {
  let record: CallRecord

  init(_ record: CallRecord) { self.record = record }
}

// What a socket's end says to the call log.
extension Call {
  /// What the call log is told of the call, which holds telephone numbers; nil until it is over, and of one
  /// that has not shown that it may call.
  public var record: CallRecord? { ending?.record }

  /// The event of the socket's end. Once per call.
  func streamEvent(closeReason: String) -> CallLogEvent {
    let end = WallTime.now
    var facts = CallRecord()
    facts.platform = session.platform
    facts.peerAddress = upgrade.peerAddress
    facts.connectedAt = connectedAt
    facts.endedAt = end
    facts.startedAt = startedAt?.wall
    facts.durationMilliseconds =
      startedAt.map { Int((loop.now - $0.loop).wholeNanoseconds / 1_000_000) }
      ?? Int(max(end.milliseconds - connectedAt.milliseconds, 0))
    facts.closeCode = Int(closeCode ?? 1006)
    let words = hidden(String(closeReason.prefix(123)))
    facts.closeReason = words.isEmpty ? nil : words
    facts.closedBy = closeCode == nil ? .unknown : hasClosed ? .bot : .platform
    facts.stop = stop.map { StreamStop(reason: $0.reason, text: hidden($0.text)) }
    if let start = session.start {
      facts.callSID = start.callSID
      facts.streamSID = start.streamSID
      facts.accountSID = start.accountSID
      facts.legSID = start.legSID
      facts.from = start.from
      facts.to = start.to
      facts.customParameters = shown(start.customParameters)
    }
    if let media = session.media?.configuration {
      facts.encoding = media.wire.encoding.rawValue
      facts.sampleRate = media.wire.rate.hertz
      facts.streamDirection = media.direction == .bidirectional ? "bidirectional" : "unidirectional"
      facts.statistics = statistics.counts
      facts.statistics?["pingUs"] = roundTrip.map { Int($0.wholeNanoseconds / 1_000) }
      facts.shortfalls = session.configuration.serviceLevel.shortfalls(in: statistics)
        .map(\.description)
    }
    facts.refused = Dictionary(
      session.refused.map { ($0.key.description, $0.value) }, uniquingKeysWith: +)
    facts.refused?.merge(voice.follower?.faultCounts ?? [:], uniquingKeysWith: +)
    let key = "stream|\(start.callSID ?? "")|\(start.streamSID ?? "")|\(connectedAt.milliseconds)"
    return CallLogEvent(
      .init(key: key, name: "stream", at: end), origin: .server, facts: facts)
  }

  /// The event of a socket whose stream went on over a newer one: a line in the stream's record, which
  /// is otherwise the newer socket's to fill.
  func replacedEvent() -> CallLogEvent {
    var facts = CallRecord()
    facts.platform = session.platform
    facts.callSID = start.callSID
    facts.streamSID = start.streamSID
    let name = "socket from \(upgrade.peerAddress) \(StreamEvidence.replacedReason)"
    let key = "replaced|\(start.callSID ?? "")|\(start.streamSID ?? "")|\(connectedAt.milliseconds)"
    return CallLogEvent(.init(key: key, name: name, at: .now), origin: .server, facts: facts)
  }

  /// Parameters without what may be a credential, in name or in value.
  private func shown(_ parameters: [String: String]) -> [String: String] {
    var shown: [String: String] = [:]
    for (name, value) in parameters {
      if Self.isSecret(name) || access.isToken(name) {
        // The secret may be glued to the name: `token:abc`.
        let bare = String(name.prefix { $0 != ":" && $0 != "=" })
        shown[access.isToken(bare) ? Redaction.mark : bare] = Redaction.mark
      } else {
        let isSecret =
          Self.isSecret(value) || value.hasPrefix("eyJ") || access.isToken(value)
        shown[name] = isSecret ? Redaction.mark : hidden(value)
      }
    }
    return shown
  }

  /// A stranger's words without credentials, ours or any.
  private func hidden(_ text: String) -> String {
    Redaction.text(access.hiding(text))
  }

  private static func isSecret(_ text: String) -> Bool {
    let lower = text.lowercased()
    return ["token", "secret", "password", "passwd", "auth", "key", "sig", "credential", "jwt"]
      .contains { lower.contains($0) }
  }
}

extension SessionStatistics {
  /// The counts by name, for records: durations in milliseconds, lateness and lead in microseconds.
  var counts: [String: Int] {
    func milliseconds(_ duration: Duration) -> Int { Int(duration.wholeNanoseconds / 1_000_000) }
    func microseconds(_ duration: Duration) -> Int { Int(duration.wholeNanoseconds / 1_000) }
    var counts = [
      "inboundMessages": inbound.messages, "inboundBytes": inbound.bytes,
      "invalidBase64": inbound.invalidBase64, "duplicates": inbound.duplicates,
      "gaps": inbound.gaps, "filledSilenceMs": milliseconds(inbound.filledSilence),
      "backlogReports": inbound.backlogReports, "backlogPercent": inbound.backlogPercent,
      "overflowMs": milliseconds(inbound.overflow), "jitterUs": microseconds(inbound.jitter),
      "utterances": outbound.utterances, "outboundMessages": outbound.messages,
      "sentBytes": outbound.sentBytes, "discardedBytes": outbound.discardedBytes,
      "paddingBytes": outbound.paddingBytes, "marks": outbound.marks, "clears": outbound.clears,
      "interruptions": outbound.interruptions, "bargeIns": bargeIns.interrupted,
      "bargeInsShort": bargeIns.short, "bargeInsNoPause": bargeIns.noPause,
      "bargeInsVetoed": bargeIns.vetoed, "bargeInsExpired": bargeIns.expired,
      "bargeInHeldMs": milliseconds(bargeIns.heldDuration),
      "residueMaxUs": microseconds(outbound.residue.maximum),
      "missingEchoes": outbound.missingEchoes,
      "underruns": outbound.underruns, "insertedSilenceMs": milliseconds(outbound.insertedSilence),
      "latenessP99Us": microseconds(outbound.lateness.quantile(0.99)),
      "leadP50Us": microseconds(outbound.lead.quantile(0.5)),
    ]
    if let delay = inbound.echoDelay {
      counts["echoDelayMs"] = milliseconds(delay)
      counts["echoRealignments"] = inbound.echoRealignments
    }
    if turnEnds.bySilence + turnEnds.byDetector > 0 {
      counts["turnEndsBySilence"] = turnEnds.bySilence
      counts["turnEndsByDetector"] = turnEnds.byDetector
      counts["turnsResumed"] = turnEnds.resumed
      counts["turnHangoverMs"] = milliseconds(turnEnds.hangover)
      counts["turnAnswers"] = turnEnds.answered
      counts["turnAnswersMissing"] = turnEnds.unanswered
      counts["turnAnswersLate"] = turnEnds.late
    }
    if let turns {
      counts["turns"] = turns.count
      counts["turnsInterrupted"] = turns.interrupted
      counts["overlapMs"] = milliseconds(turns.overlap)
      counts["responseP50Ms"] = turns.response(0.5).map(milliseconds)
      counts["responseP95Ms"] = turns.response(0.95).map(milliseconds)
      counts["responseMaxMs"] = milliseconds(turns.response.maximum)
    }
    return counts
  }
}
