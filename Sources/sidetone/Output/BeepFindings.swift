import AudioEngine
import Foundation

/// The beeps of voice mailboxes in a recording, for people and for programs.
struct BeepFindings: Encodable {
  struct Found: Encodable {
    let hertz: Int
    let atMs: Double
    let durationMs: Double
  }

  let file: String
  private(set) var beeps: [Found] = []

  init(in sound: WaveFile, of path: String) {
    file = path
    var detector = BeepDetector()
    let samples = sound.samples
    // Less than what one beep takes at a time, so that each is told.
    let size = sound.rate.hertz / 50
    for start in stride(from: 0, to: samples.count, by: size) {
      let piece = samples.span.extracting(start..<min(start + size, samples.count))
      guard let beep = detector.hear(piece, rate: sound.rate) else { continue }
      beeps.append(
        Found(
          hertz: beep.hertz, atMs: beep.position.inMilliseconds,
          durationMs: beep.duration.inMilliseconds))
    }
  }

  /// How many there are, then a line each.
  var lines: [String] {
    ["beeps  " + (beeps.isEmpty ? "none" : "\(beeps.count)")]
      + beeps.map {
        String(format: "  %9.3f s  %4d Hz  %6.0f ms", $0.atMs / 1_000, $0.hertz, $0.durationMs)
      }
  }
}
