import AudioEngine

/// Hears a caller speak where its schedule says that he does, whatever the audio is.
struct ScriptedEar: SpeechDetector {
  private let talks: [CallSchedule.Talk]
  private var heard: Int64 = 0
  private var next = 0
  private(set) var spoken: Duration?
  private(set) var lastEdge: SpeechBoundary?
  private var isOpen = false

  /// - Parameter talks: in order of time, none of which overlap.
  init(_ talks: [CallSchedule.Talk]) { self.talks = talks }

  mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? {
    heard += rate.nanoseconds(sampleCount: samples.count)
    var edge: SpeechEdge?
    while next < talks.count {
      let talk = talks[next]
      let now = Duration.nanoseconds(heard)
      if !isOpen, now >= talk.at {
        isOpen = true
        edge = note(.began, talk.at)
      }
      guard isOpen else { break }
      spoken = min(now - talk.at, talk.spoken)
      guard now >= talk.at + talk.lasting else { break }
      isOpen = false
      next += 1
      edge = note(.ended, talk.at + talk.lasting)
    }
    return edge
  }

  private mutating func note(_ edge: SpeechEdge, _ position: Duration) -> SpeechEdge {
    lastEdge = SpeechBoundary(
      edge, probability: 1, position: position, decided: .nanoseconds(heard))
    return edge
  }
}
