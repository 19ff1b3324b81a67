import AudioEngine
import CallSimulator
import Foundation

/// A sound drawn as one line of text: how loud it was over time, and where it had gaps.
struct Timeline {
  static let width = 56

  private let unicode: Bool
  /// The length of the whole drawing, the same for lines that stand under each other.
  private let seconds: Double

  init(lasting duration: Duration, unicode: Bool) {
    self.seconds = max(duration.inMilliseconds / 1_000, 0.001)
    self.unicode = unicode
  }

  /// The line of one sound; gaps are crossed out.
  func line(of sound: WaveFile, gaps: [Gap] = []) -> String {
    let perColumn = seconds * Double(sound.rate.hertz) / Double(Self.width)
    return (0..<Self.width).map { column in
      let start = Double(column) * perColumn
      let isGap = gaps.contains { gap in
        let from = gap.atMs / 1_000 * Double(sound.rate.hertz)
        let length = gap.durationMs / 1_000 * Double(sound.rate.hertz)
        return from < start + perColumn && from + length > start
      }
      if isGap { return unicode ? "\u{00D7}" : "!" }
      let range = Int(start)..<max(Int(start + perColumn), Int(start) + 1)
      return level(sound.samples[range.clamped(to: 0..<sound.samples.count)])
    }.joined()
  }

  /// Seconds under the lines, about every quarter of the width.
  var axis: String {
    let step =
      [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200]
      .first { seconds / $0 <= 5 } ?? 3_600
    var text = ""
    var tick = 0.0
    while tick <= seconds {
      let label = "\(tick)".replacing(/\.0$/, with: "") + " s"
      let column = Int(tick / seconds * Double(Self.width))
      guard column + label.count <= Self.width + 4 else { break }
      text = text.padded(to: column) + label
      tick = ((tick + step) * 10).rounded() / 10
    }
    return text
  }

  /// Five decibels a step up to a loud voice; what nobody notices is blank.
  private func level(_ samples: ArraySlice<Int16>) -> String {
    let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
    let decibels = 10 * log10(max(energy / Double(max(samples.count, 1)), 1)) - 90.3
    guard decibels > -55 else { return " " }
    let step = min(max(Int((decibels + 50) / 5), 0), 7)
    let ascii = Array(".:-=+*#@")
    let block = Unicode.Scalar(UInt32(0x2581 + step)).map(Character.init) ?? "#"
    return String(unicode ? block : ascii[step])
  }
}
