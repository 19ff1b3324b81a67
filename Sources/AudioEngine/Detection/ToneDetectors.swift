/// What a session listens for in the caller's audio beside speech.
struct ToneDetectors {
  /// Hears a mailbox; nil where nobody asks.
  var beep: BeepDetector?
  /// Hears keys; nil where nobody asks.
  var keys: KeyToneDetector?

  /// Whether nothing is listened for.
  var isEmpty: Bool { beep == nil && keys == nil }

  /// Takes the next samples.
  ///
  /// - Parameters:
  ///   - samples: at most some messages' worth.
  ///   - rate: their rate.
  ///   - tell: is given what was heard in them: a beep, keys that were let go.
  mutating func hear(
    _ samples: Span<Int16>, rate: SampleRate, _ tell: (SessionEvent) -> Void
  ) {
    if let beep = beep?.hear(samples, rate: rate) { tell(.beep(beep)) }
    keys?.hear(samples, rate: rate) { edge in
      if case .ended(let tone) = edge { tell(.keyTone(tone)) }
    }
  }
}
