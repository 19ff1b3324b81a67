import AudioEngine
import Foundation

/// Where a detector heard speech in a sound, for people and for programs.
struct SpeechFindings {
  /// One stretch of speech, in milliseconds.
  struct Stretch: Encodable {
    let startMs: Double
    var endMs: Double
    /// When a call would have known of its beginning.
    let decidedMs: Double
    /// The most probable window; nil where the detector knows none.
    var probability: Double?

    /// A line of Audacity's label track: seconds, a tabulator between.
    var label: String {
      let times = [startMs, endMs].map { String(format: "%.6f", $0 / 1_000) }
      let note = probability.map { String(format: " %.2f", $0) } ?? ""
      return times.joined(separator: "\t") + "\tspeech" + note
    }
  }

  private(set) var spans: [Stretch] = []
  /// One for each window.
  private(set) var probabilities: [Double] = []
  private(set) var skippedCount = 0
  private let rate: SampleRate
  private let durationMs: Double

  /// What the voice detector hears.
  init(in sound: WaveFile, _ settings: VoiceDetector.Settings) {
    self.init(sound)
    var detector = VoiceDetector(settings)
    // Never more than a window at a time, so that each has its answer.
    Self.hear(sound) { piece in
      let edge = detector.hear(piece, rate: sound.rate)
      if detector.windowCount > probabilities.count { probabilities.append(detector.probability) }
      guard edge != nil, let last = detector.lastEdge else { return }
      note(
        last.edge, at: last.position.inMilliseconds, decided: last.decided.inMilliseconds,
        probability: last.probability)
    }
    skippedCount = detector.skippedCount
  }

  /// What the level gate hears: it knows of a beginning only when it is decided.
  init(in sound: WaveFile, onset: Duration, hangover: Duration) {
    self.init(sound)
    var gate = LevelGate(onset: onset, hangover: hangover)
    var heard = 0
    Self.hear(sound) { piece in
      heard += piece.count
      guard let edge = gate.hear(piece, rate: sound.rate) else { return }
      let now = Double(heard) / Double(sound.rate.hertz) * 1_000
      let back = edge == .began ? onset.inMilliseconds : hangover.inMilliseconds
      note(edge, at: max(now - back, 0), decided: now, probability: nil)
    }
  }

  private init(_ sound: WaveFile) {
    rate = sound.rate
    durationMs = Double(sound.samples.count) / Double(sound.rate.hertz) * 1_000
  }

  private static func hear(_ sound: WaveFile, _ take: (Span<Int16>) -> Void) {
    let samples = sound.samples
    let size = sound.rate.hertz / 100
    for start in stride(from: 0, to: samples.count, by: size) {
      take(samples.span.extracting(start..<min(start + size, samples.count)))
    }
  }

  private mutating func note(
    _ edge: SpeechEdge, at position: Double, decided: Double, probability: Double?
  ) {
    switch edge {
    case .began:
      // Until something else is heard it lasts to the end.
      spans.append(
        Stretch(startMs: position, endMs: durationMs, decidedMs: decided, probability: probability))
    case .ended:
      guard let last = spans.indices.last else { return }
      spans[last].endMs = min(position, durationMs)
      spans[last].probability = probability
    }
  }

  /// How much of the sound is speech, 0 to 1.
  private var share: Double {
    durationMs > 0 ? spans.reduce(0) { $0 + $1.endMs - $1.startMs } / durationMs : 0
  }

  /// A line of what it is, a line a span, and the sound drawn with the spans under it.
  func lines(of path: String, _ sound: WaveFile) -> [String] {
    let seconds = String(format: "%.3f s", durationMs / 1_000)
    let percent = String(format: "%.0f %%", share * 100)
    var lines = ["\(path == "-" ? "standard input" : path)  \(rate), \(seconds), speech \(percent)"]
    for span in spans {
      let numbers = [span.startMs, span.endMs, span.endMs - span.startMs].map { $0 / 1_000 }
      let note = span.probability.map { String(format: "  %.3f", $0) } ?? ""
      lines.append(
        String(format: "  %9.3f - %9.3f s %9.3f s", numbers[0], numbers[1], numbers[2]) + note)
    }
    let timeline = Timeline(
      lasting: .nanoseconds(Int64(durationMs * 1e6)), unicode: Console.isUnicode)
    return lines + [
      "", "  sound   " + timeline.line(of: sound), "  speech  " + bar, "          " + timeline.axis,
    ]
  }

  /// The spans on the line of the drawing.
  private var bar: String {
    let mark: Character = Console.isUnicode ? "\u{2588}" : "#"
    let perColumn = durationMs / Double(Timeline.width)
    return String(
      (0..<Timeline.width).map { column in
        let middle = (Double(column) + 0.5) * perColumn
        return spans.contains { $0.startMs <= middle && middle < $0.endMs } ? mark : "-"
      })
  }

  /// The beginning of each window in seconds, and its probability.
  var probabilityLines: [String] {
    probabilities.enumerated().map { String(format: "%.3f %.5f", Double($0) * 0.032, $1) }
  }

  private struct Report: Encodable {
    let file: String
    let detector: String
    let rate: Int
    let durationMs: Double
    let speechShare: Double
    let windowMs: Double
    let skippedWindows: Int
    let spans: [Stretch]
    let probabilities: [Double]?
  }

  /// One object.
  func json(of path: String, with choice: DetectorChoice, probabilities wanted: Bool) -> String {
    Report(
      file: path, detector: choice.rawValue, rate: rate.hertz, durationMs: durationMs,
      speechShare: share, windowMs: VoiceActivity.windowDuration.inMilliseconds,
      skippedWindows: skippedCount, spans: spans, probabilities: wanted ? probabilities : nil
    ).prettyJSON
  }
}
