import AudioEngine

/// Sound that comes from a page in uneven pieces, and leaves in even ones: the jitter buffer of a telephone.
///
/// Too late a piece is silence in the caller's line of time; what then comes twice as fast is kept up to a
/// bound, and the oldest dropped beyond.
struct Microphone: Sendable {
  private let rate: SampleRate
  private var samples: [Int16] = []
  private var isPrimed = false
  /// What has to lie ready before speech begins.
  private var depth: Duration = .milliseconds(60)
  /// Silence that was said for want of sound.
  private(set) var late: Duration = .zero

  private static let mostDepth: Duration = .milliseconds(300)
  /// Beyond the depth by this much, the page's clock is faster than ours, or a stall has ended.
  private static let slack: Duration = .milliseconds(300)

  init(rate: SampleRate) { self.rate = rate }

  /// Takes little-endian 16-bit samples; half a one at the end is dropped.
  mutating func take(_ bytes: [UInt8]) {
    for index in stride(from: 0, to: bytes.count - 1, by: 2) {
      samples.append(Int16(bitPattern: UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8))
    }
    let most = count(depth + Self.slack)
    if samples.count > most { samples.removeFirst(samples.count - count(depth)) }
  }

  /// The next `length` of the caller's sound.
  mutating func next(_ length: Duration) -> [Int16] {
    let wanted = count(length)
    if !isPrimed { isPrimed = samples.count >= max(count(depth), wanted) }
    guard isPrimed else { return [Int16](repeating: 0, count: wanted) }
    guard samples.count >= wanted else {
      isPrimed = false
      late += length
      depth = min(depth + .milliseconds(20), Self.mostDepth)
      return [Int16](repeating: 0, count: wanted)
    }
    let next = Array(samples.prefix(wanted))
    samples.removeFirst(wanted)
    return next
  }

  private func count(_ length: Duration) -> Int {
    rate.sampleCount(nanoseconds: length.wholeNanoseconds)
  }
}
