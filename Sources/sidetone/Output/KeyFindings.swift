import AudioEngine
import Foundation

/// The telephone keys that sound in a recording, for people and for programs.
struct KeyFindings: Encodable {
  struct Key: Encodable {
    let digit: String
    let atMs: Double
    let durationMs: Double
  }

  let file: String
  private(set) var keys: [Key] = []

  /// Hears a sound in pieces of `most` samples at most.
  init(
    in sound: WaveFile, of path: String, using kernels: Kernels = .best, inPiecesOf most: Int = .max
  ) {
    file = path
    var detector = KeyToneDetector(using: kernels)
    let samples = sound.samples
    for start in stride(from: 0, to: samples.count, by: min(most, max(samples.count, 1))) {
      let piece = samples.span.extracting(start..<min(samples.count - start, most) + start)
      detector.hear(piece, rate: sound.rate) { edge in
        if case .ended(let tone) = edge { note(tone) }
      }
    }
    if let tone = detector.finish() { note(tone) }
  }

  private mutating func note(_ tone: KeyTone) {
    keys.append(
      Key(
        digit: String(tone.digit), atMs: tone.position.inMilliseconds,
        durationMs: tone.duration.inMilliseconds))
  }

  /// All digits in a line, then a line each.
  var lines: [String] {
    ["keys  " + (keys.isEmpty ? "none" : keys.map(\.digit).joined())]
      + keys.map {
        String(format: "  %9.3f s  ", $0.atMs / 1_000) + $0.digit
          + String(format: "  %6.0f ms", $0.durationMs)
      }
  }
}
