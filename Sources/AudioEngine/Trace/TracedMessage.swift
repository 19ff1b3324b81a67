/// One media message of the caller's, as a trace has it.
package struct TracedMedia: Hashable, Sendable {
  /// The track is what the platform plays.
  package var isOutbound = false
  package var chunk: Int?
  package var timestampMilliseconds: Int?
  /// Bytes after base64 where it was taken, else characters of base64.
  package var count = 0
  package var fate = Fate.taken
  /// The largest sample.
  package var peak: UInt16 = 0

  /// What became of it.
  package enum Fate: UInt8, CaseIterable, Sendable {
    case taken, invalid, other
  }

  /// No socket takes a longer message.
  private static let most = 64 << 20

  package init() {}

  package func write(to bytes: inout TraceBytes) {
    bytes.append(isOutbound)
    bytes.append(optional: chunk) { $0.append($1) }
    bytes.append(optional: timestampMilliseconds) { $0.append($1) }
    bytes.append(count)
    bytes.append(byte: fate.rawValue)
    bytes.append(UInt64(peak))
  }

  package init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    isOutbound = try cursor.flag()
    chunk = try cursor.optional { (cursor) throws(TraceCursor.Failure) in try cursor.int() }
    timestampMilliseconds = try cursor.optional { (cursor) throws(TraceCursor.Failure) in
      try cursor.int()
    }
    count = try cursor.count(upTo: Self.most)
    fate = try cursor.choice(of: Fate.allCases)
    peak = UInt16(clamping: try cursor.number())
  }
}

/// What is known of a chunk that leaves.
package struct TracedChunk: Hashable, Sendable {
  /// Payload bytes.
  package var byteCount: Int
  package var epoch: Int
  /// The largest sample.
  package var peak: UInt16
  /// How far the audio then runs ahead of the ear.
  package var lead: Duration
  /// What still waits to be sent.
  package var queued: Duration
  /// The ear had caught up before.
  package var isUnderrun: Bool

  init(
    byteCount: Int, epoch: Int, peak: UInt16, lead: Duration, queued: Duration, isUnderrun: Bool
  ) {
    self.byteCount = byteCount
    self.epoch = epoch
    self.peak = peak
    self.lead = lead
    self.queued = queued
    self.isUnderrun = isUnderrun
  }

  package func write(to bytes: inout TraceBytes) {
    bytes.append(byteCount)
    bytes.append(epoch)
    bytes.append(UInt64(peak))
    bytes.append(lead)
    bytes.append(queued)
    bytes.append(isUnderrun)
  }

  package init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    byteCount = try cursor.count(upTo: 1 << 30)
    epoch = try cursor.epoch()
    peak = UInt16(clamping: try cursor.number())
    lead = try cursor.duration()
    queued = try cursor.duration()
    isUnderrun = try cursor.flag()
  }
}
