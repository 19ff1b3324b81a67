import AudioEngine
import Telephony

/// What the sessions of several calls have counted, together.
struct MediaTotals: Sendable {
  var refusedInput: [String: Int] = [:]
  var inboundMessages = 0
  var inboundBytes = 0
  var outboundMessages = 0
  var outboundBytes = 0
  var underruns = 0
  var interruptions = 0
  var clears = 0
  var bargeIns = BargeInCounts()
  var turnEnds = TurnEndCounts()
  var insertedSilence: Duration = .zero
  var lateness = Histogram()
  var lead = Histogram()
  var residue = Histogram()
  var clearDelay = Histogram()
  var turns = TurnStatistics()

  /// Adds a call's session. Each of its counts only grows, so the sum over a call's life does too.
  mutating func add(_ statistics: SessionStatistics, refused: [RefusedInput: Int]) {
    for (kind, count) in refused { refusedInput[kind.description, default: 0] += count }
    inboundMessages += statistics.inbound.messages
    inboundBytes += statistics.inbound.bytes
    let outbound = statistics.outbound
    outboundMessages += outbound.messages
    // A pause moves what goes again from one to the other.
    outboundBytes += outbound.sentBytes + outbound.resentBytes + outbound.paddingBytes
    underruns += outbound.underruns
    interruptions += outbound.interruptions
    clears += outbound.clears
    bargeIns.add(statistics.bargeIns)
    turnEnds.add(statistics.turnEnds)
    insertedSilence += outbound.insertedSilence
    lateness.add(outbound.lateness)
    lead.add(outbound.lead)
    residue.add(outbound.residue)
    clearDelay.add(outbound.clearDelay)
    if let told = statistics.turns { turns.add(told) }
  }

  /// Adds everything that `other` counted.
  mutating func add(_ other: MediaTotals) {
    refusedInput.merge(other.refusedInput, uniquingKeysWith: +)
    inboundMessages += other.inboundMessages
    inboundBytes += other.inboundBytes
    outboundMessages += other.outboundMessages
    outboundBytes += other.outboundBytes
    underruns += other.underruns
    interruptions += other.interruptions
    clears += other.clears
    bargeIns.add(other.bargeIns)
    turnEnds.add(other.turnEnds)
    insertedSilence += other.insertedSilence
    lateness.add(other.lateness)
    lead.add(other.lead)
    residue.add(other.residue)
    clearDelay.add(other.clearDelay)
    turns.add(other.turns)
  }
}
