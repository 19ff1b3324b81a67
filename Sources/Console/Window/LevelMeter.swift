import AudioEngine
import Ground

/// How loud a call's caller is, message by message, for whoever looks.
final class LevelMeter: Sendable {
  private struct State {
    var peaks: [UInt8] = []
    /// How many there have been.
    var count = 0
  }

  /// A few seconds of messages.
  private static let most = 256
  private let state = Locked(State())

  /// Notes a message's loudest sample, 0 to 255 for silence to full scale.
  func note(_ peak: Int) {
    state.withLock { state in
      state.peaks.append(UInt8(clamping: peak >> 7))
      state.count += 1
      if state.peaks.count > 2 * Self.most { state.peaks.removeFirst(Self.most) }
    }
  }

  /// What came since `place`, which moves on; of more than a few seconds the newest.
  func since(_ place: inout Int) -> [UInt8] {
    state.withLock { state in
      defer { place = state.count }
      return Array(state.peaks.suffix(max(min(state.count - place, Self.most), 0)))
    }
  }
}

/// Listens beside the detector that a call has, if any, and changes nothing of what that says.
struct MeteringDetector: SpeechDetector {
  let meter: LevelMeter
  var own: (any SpeechDetector)?

  var quietDuration: Duration { own?.quietDuration ?? .zero }
  var spoken: Duration? { own?.spoken }
  var lastEdge: SpeechBoundary? { own?.lastEdge }

  mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? {
    meter.note(Level(of: samples).peak)
    guard var detector = own.take() else { return nil }
    defer { own = detector }
    return detector.hear(samples, rate: rate)
  }
}
