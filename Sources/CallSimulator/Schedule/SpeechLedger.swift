import AudioEngine

/// One utterance as the bot wrote it, and the bytes that the wire must carry for it.
final class SaidUtterance {
  let epoch: Epoch
  let wire: WireFormat
  let isInterruptible: Bool
  /// What the whole utterance is on the wire, as far as the resampler has given it out.
  private(set) var expected: [UInt8] = []
  private(set) var isFinished = false
  /// It was interrupted, or the call has ended.
  var isFlushed = false
  /// A pause has had some of it cleared at the platform.
  var wasHeld = false
  /// The engine has said how it ended.
  var hasEnded = false
  /// The next byte to leave.
  var cursor = 0
  /// Marks by name with the place they name; the outcome once there is one.
  var marks: [(name: String, place: Int, hasEnded: Bool)] = []
  private var resampler: Resampler?

  init(epoch: Epoch, rate: SampleRate, wire: WireFormat, isInterruptible: Bool) {
    self.epoch = epoch
    self.wire = wire
    self.isInterruptible = isInterruptible
    resampler = rate == wire.rate ? nil : try? Resampler(from: rate, to: wire.rate)
  }

  func write(_ samples: Span<Int16>) {
    guard resampler != nil else { return encode(samples) }
    var output = [Int16](
      repeating: 0, count: resampler?.outputBound(inputCount: samples.count) ?? 0)
    var span = output.mutableSpan
    let count = resampler?.resample(samples, into: &span) ?? 0
    encode(output.span.extracting(first: count))
  }

  /// What the resampler holds back belongs to the utterance.
  func finish() {
    guard !isFinished else { return }
    isFinished = true
    guard resampler != nil else { return }
    var output = [Int16](repeating: 0, count: resampler?.outputBound(inputCount: 0) ?? 0)
    var span = output.mutableSpan
    let count = resampler?.flush(into: &span) ?? 0
    encode(output.span.extracting(first: count))
  }

  private func encode(_ samples: Span<Int16>) {
    var bytes = [UInt8](repeating: 0, count: samples.count * wire.encoding.bytesPerSample)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    switch wire.encoding {
    case .linear16: Linear16.encode(samples, into: &raw)
    case .mulaw: G711.mulawEncode(samples, into: &raw)
    case .alaw: G711.alawEncode(samples, into: &raw)
    }
    expected += bytes
  }
}

/// Everything the bot has said, and which of it the wire must carry next.
struct SpeechLedger {
  /// Where the audio of one media message comes from.
  struct Piece: Hashable {
    let utterance: Int
    let start: Int
    let byteCount: Int
    let paddingByteCount: Int
  }

  private(set) var said: [SaidUtterance] = []
  private(set) var sentBytes = 0
  private(set) var paddingBytes = 0
  /// A pause has told the platform to drop audio: what leaves next may have left before.
  private var mayStepBack = false
  /// The queue drops the oldest speech when it is full.
  let mayStepForward: Bool
  private var current = 0

  init(whenFull: FullQueuePolicy) {
    mayStepForward = whenFull == .dropOldest
  }

  var writtenBytes: Int { said.reduce(0) { $0 + $1.expected.count } }

  mutating func begin(_ utterance: SaidUtterance) {
    said.last?.finish()
    said.append(utterance)
  }

  func index(of epoch: Epoch) -> Int? {
    said.lastIndex { $0.epoch == epoch }
  }

  /// Everything said so far is over.
  mutating func flush() {
    for utterance in said {
      utterance.finish()
      if !utterance.hasEnded { utterance.isFlushed = true }
    }
    mayStepBack = false
  }

  /// What has left may leave again, and a little may be lost between the two.
  mutating func pause() {
    mayStepBack = true
    for utterance in said where !utterance.hasEnded { utterance.wasHeld = true }
  }

  /// Finds the place of a payload in the speech; nil where it is not what has to leave now.
  mutating func take(_ payload: Span<UInt8>) -> Piece? {
    while current < said.count,
      said[current].isFlushed
        || (said[current].isFinished && said[current].cursor >= said[current].expected.count)
    {
      current += 1
    }
    let next = current < said.count ? (current, said[current].cursor) : nil
    var place = next.flatMap { Self.fits(payload, said[$0], at: $1) ? ($0, $1) : nil }
    if place == nil, mayStepBack || mayStepForward { place = search(payload) }
    guard let (index, start) = place else { return nil }
    mayStepBack = false
    let utterance = said[index]
    let count = min(payload.count, utterance.expected.count - start)
    utterance.cursor = start + count
    for later in said.suffix(from: index + 1) { later.cursor = 0 }
    current = index
    sentBytes += count
    paddingBytes += payload.count - count
    return Piece(
      utterance: index, start: start, byteCount: count, paddingByteCount: payload.count - count)
  }

  private func search(_ payload: Span<UInt8>) -> (Int, Int)? {
    for index in said.indices where !said[index].isFlushed && !said[index].hasEnded {
      let utterance = said[index]
      let step = utterance.wire.encoding.bytesPerSample
      let first = index < current || mayStepBack ? 0 : utterance.cursor
      for start in stride(from: first, to: utterance.expected.count, by: step)
      where Self.fits(payload, utterance, at: start) {
        return (index, start)
      }
    }
    return nil
  }

  /// Whether the payload is the utterance's bytes from `start` on, with silence behind its end.
  private static func fits(
    _ payload: Span<UInt8>, _ utterance: SaidUtterance, at start: Int
  ) -> Bool {
    let bytes = utterance.expected
    let expected = bytes.span
    let count = min(payload.count, expected.count - start)
    guard count > 0, count == payload.count || utterance.isFinished else { return false }
    guard payload[0] == expected[start] else { return false }
    for index in 0..<count where payload[index] != expected[start + index] { return false }
    let silence = utterance.wire.encoding.silence
    for index in count..<payload.count where payload[index] != silence { return false }
    return true
  }
}
