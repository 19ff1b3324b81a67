/// What the caller's ear plays by the clock, of the last seconds and of those to come, so that its echo can
/// be known. Places count samples from the call's start.
///
/// Holds what lies between the caller's audio and the end of what has left, in the wire's format; of more
/// than that the oldest goes. Allocates only to grow.
struct EarLine: ~Copyable {
  /// More than the lead of any call and the longest stall that is bridged.
  private static let capacity: Int64 = 8_000_000_000

  private let wire: WireFormat
  private var ring: AudioRing
  /// The place of the ring's first position.
  private var origin = 0

  init(_ wire: WireFormat) {
    self.wire = wire
    ring = AudioRing(capacity: wire.byteCount(nanoseconds: Self.capacity))
  }

  private var size: Int { wire.encoding.bytesPerSample }

  /// The place behind the last sample.
  private var end: Int { origin + ring.end / size }

  /// What follows is played from `place` on, or without a seam where that is where the last ends.
  mutating func beginsToPlay(at place: Int) {
    // Times are whole nanoseconds: the same place may come out one sample earlier or later.
    guard place > end + 1 else { return }
    playsSilence(sampleCount: place - end)
  }

  /// Takes whole samples that are played behind those before.
  mutating func plays(_ bytes: RawSpan) {
    let count = min(bytes.byteCount, ring.capacity)
    makeRoom(count)
    ring.append(bytes.extracting(last: count))
  }

  /// So many samples of silence follow.
  mutating func playsSilence(sampleCount: Int) {
    guard sampleCount * size < ring.capacity else {
      // Longer than all that is held: a jump.
      ring.removeAll()
      origin += sampleCount
      return
    }
    makeRoom(sampleCount * size)
    ring.append(repeating: wire.encoding.silence, byteCount: sampleCount * size)
  }

  /// Nothing from `place` on is played.
  mutating func truncate(to place: Int) {
    ring.truncate(to: (place - origin) * size)
  }

  /// Fills `samples` with what is played from `place` on; where that is not known, with silence.
  func read(from place: Int, into samples: inout MutableSpan<Int16>) {
    for index in samples.indices { samples[index] = 0 }
    let first = max(place, origin + ring.start / size)
    let last = min(place + samples.count, end)
    guard first < last else { return }
    var known = samples._mutatingExtracting((first - place)..<(last - place))
    ring.expand(
      ((first - origin) * size)..<((last - origin) * size), from: wire.encoding, into: &known)
  }

  /// Nothing before `place` is asked for any more.
  mutating func release(upTo place: Int) {
    ring.release(upTo: (place - origin) * size)
  }

  private mutating func makeRoom(_ bytes: Int) {
    if bytes > ring.free { ring.release(upTo: ring.start + bytes - ring.free) }
  }
}
