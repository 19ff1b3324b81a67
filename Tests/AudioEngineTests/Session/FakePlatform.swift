@testable import AudioEngine

/// The far end of one session under a virtual clock: plays what arrives, echoes marks, obeys clears,
/// and knows exactly what the ear has heard.
struct FakePlatform {
  struct Echo {
    let at: Int64
    let name: String
  }

  let wire: WireFormat
  /// One way, in nanoseconds.
  var latency: Int64 = 40_000_000
  /// Whether a clear has no effect.
  var losesClears = false
  /// When what has arrived will have been played.
  private(set) var playEnd: Int64 = 0
  /// Positions of audio with the time at which each stretch starts to play.
  private(set) var stretches: [(range: Range<Int>, start: Int64)] = []
  private(set) var echoes: [Echo] = []

  init(wire: WireFormat) {
    self.wire = wire
  }

  mutating func receive(_ chunk: LegalChunk, sentAt: Int64) {
    let start = max(playEnd, sentAt + latency)
    stretches.append((chunk.position..<chunk.audioEnd, start))
    playEnd = start + wire.nanoseconds(byteCount: chunk.byteCount)
  }

  mutating func receive(mark name: String, sentAt: Int64) {
    echoes.append(Echo(at: max(playEnd, sentAt + latency) + latency, name: name))
  }

  mutating func clear(sentAt: Int64) {
    guard !losesClears else { return }
    let at = sentAt + latency
    stretches = stretches.compactMap { stretch in
      let length = max(wire.byteCount(nanoseconds: at - stretch.start), 0)
      guard length > 0 else { return nil }
      let end = min(stretch.range.upperBound, stretch.range.lowerBound + length)
      return (stretch.range.lowerBound..<end, stretch.start)
    }
    playEnd = min(playEnd, at)
    echoes.removeAll { $0.at > at + latency }
  }

  /// Drops what was heard long ago.
  mutating func forget(before now: Int64) {
    stretches.removeAll { $0.start < now - 10_000_000_000 }
  }

  mutating func echoesDue(at now: Int64) -> [String] {
    let due = echoes.filter { $0.at <= now }
    echoes.removeAll { $0.at <= now }
    return due.map(\.name)
  }

  /// Bytes of `range` that the ear has heard at `now`, each counted once.
  func heard(of range: Range<Int>, at now: Int64) -> Int {
    let pieces = stretches.map { stretch in
      let length = max(wire.byteCount(nanoseconds: now - stretch.start), 0)
      let end = min(stretch.range.upperBound, stretch.range.lowerBound + length)
      return (stretch.range.lowerBound..<end).clamped(to: range)
    }
    var count = 0
    var reached = range.lowerBound
    for piece in pieces.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      count += max(piece.upperBound - max(piece.lowerBound, reached), 0)
      reached = max(reached, piece.upperBound)
    }
    return count
  }
}
