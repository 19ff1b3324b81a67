import AudioEngine

/// Listens to both sides of a call for when they speak, and pairs what belongs together. The caller's side
/// by what left and when, the bot's by when it was in the ear, so that a bot's queue and the platform's
/// playout are part of its response. A sound is noticed within 10 ms.
struct TurnMeter: Sendable {
  /// A stretch of sound: nothing in it is silent for longer than ``longestPause``.
  struct Stretch: Hashable, Sendable {
    var start: Duration
    var end: Duration
  }

  /// Silence that ends what somebody says: longer than a breath, shorter than a bot should take to be
  /// sure.
  static let longestPause: Duration = .milliseconds(500)
  private static let frame: Duration = .milliseconds(10)
  /// Turns of one call that are told; a call of hours has no more.
  static let mostTurns = 1_000

  let format: WireFormat
  private(set) var caller: [Stretch] = []

  init(format: WireFormat) {
    self.format = format
  }

  /// The caller has said `audio`, whose last sample ended `end` after the stream's start.
  mutating func said(_ audio: ArraySlice<UInt8>, endingAt end: Duration) {
    let begin = end - .nanoseconds(format.nanoseconds(byteCount: audio.count))
    for stretch in stretches(in: Array(audio), from: begin, above: CallerScript.loud) {
      Self.join(stretch, to: &caller)
    }
  }

  /// The turns of a call whose bot was heard as `runs` of audio, each from some time after the stream's
  /// start on.
  func turns(heard runs: [(start: Duration, audio: ArraySlice<UInt8>)]) -> [HeardTurn] {
    var bot: [Stretch] = []
    for run in runs {
      for stretch in stretches(
        in: Array(run.audio), from: run.start, above: Loudness.audiblePeak)
      { Self.join(stretch, to: &bot) }
    }
    return caller.indices.map { index in
      let end = caller[index].end
      let next = index + 1 < caller.count ? caller[index + 1].start : .seconds(Int64.max)
      let answer = bot.first { $0.start >= end && $0.start < next }
      let isCut = answer.map { next < $0.end } ?? false
      return HeardTurn(
        speechEndMs: end.inTenthsOfMilliseconds, firstSoundMs: answer?.start.inTenthsOfMilliseconds,
        interrupted: isCut)
    }
  }

  private func stretches(
    in audio: [UInt8], from begin: Duration, above threshold: UInt16
  ) -> [Stretch] {
    let samples = WaveFile(format, wire: audio.span).samples
    let length = format.rate.hertz / 100
    var found: [Stretch] = []
    for start in stride(from: 0, to: samples.count, by: length) {
      let end = min(start + length, samples.count)
      guard samples[start..<end].contains(where: { $0.magnitude > threshold }) else { continue }
      let at = begin + .nanoseconds(format.rate.nanoseconds(sampleCount: start))
      let length = Duration.nanoseconds(format.rate.nanoseconds(sampleCount: end - start))
      Self.join(Stretch(start: at, end: at + length), to: &found)
    }
    return found
  }

  private static func join(_ stretch: Stretch, to list: inout [Stretch]) {
    if let last = list.last, stretch.start - last.end <= longestPause {
      list[list.count - 1].end = max(last.end, stretch.end)
    } else if list.count < mostTurns {
      list.append(stretch)
    }
  }
}
