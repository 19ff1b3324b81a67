import AudioEngine
import CallSimulator

/// A call as a drawing: both voices on one axis, and what happened between them. SVG, in HTML.
struct CallPicture {
  let said: WaveFile
  let heard: WaveFile
  let report: CallReport

  private static let width = 1_100
  private static let left = 60
  private static let laneHeight = 84
  /// Things of one kind that are drawn; more would be no picture.
  private static let most = 400

  private var seconds: Double {
    let ends = [said.duration, heard.duration].map { $0.inMilliseconds / 1_000 }
    return max(ends.max() ?? 0, 0.1)
  }

  private var scale: Double { Double(Self.width - Self.left - 10) / seconds }

  private func x(_ milliseconds: Double) -> Double {
    let place = Double(Self.left) + milliseconds / 1_000 * scale
    return (place * 10).rounded() / 10
  }

  var svg: [String] {
    let height = 2 * Self.laneHeight + 56
    let words =
      "caller and bot over \((seconds * 10).rounded() / 10) seconds: \(report.gaps.count) gaps, "
      + "\(report.turns.count) turns, \(report.clears) clears, \(report.marks) marks"
    var lines = [
      "<div class=\"picture\"><svg viewBox=\"0 0 \(Self.width) \(height)\" role=\"img\" aria-label=\"\(HTMLText.escaped(words))\">"
    ]
    lines += axis(height)
    lines += lane("caller", "said", wave(said), at: 20)
    lines += lane("bot, as heard", "heard", wave(heard), at: 20 + Self.laneHeight)
    lines += report.gaps.prefix(Self.most).map { gap in
      bar(
        "gap", gap.atMs, gap.durationMs, 20 + Self.laneHeight,
        "gap of \(gap.durationMs) ms at \(gap.atMs) ms")
    }
    lines += report.turns.prefix(Self.most).compactMap { turn in
      turn.responseMs.map {
        bar("turn", turn.speechEndMs, max($0, 1), 12, "answered after \($0) ms", height: 6)
      }
    }
    lines += report.clearsAtMs.prefix(Self.most).map { line("clear", $0, "clear at \($0) ms") }
    lines += report.marksAtMs.prefix(Self.most).map { at in
      line("mark", at, "mark at \(at) ms", from: 2 * Self.laneHeight + 8)
    }
    return lines + ["</svg></div>"]
  }

  private func bar(
    _ kind: String, _ start: Double, _ length: Double, _ y: Int, _ words: String,
    height: Int = laneHeight
  ) -> String {
    let width = max(x(start + length) - x(start), 1)
    return
      "<rect class=\"\(kind)\" x=\"\(x(start))\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\">"
      + "<title>\(HTMLText.escaped(words))</title></rect>"
  }

  private func line(_ kind: String, _ at: Double, _ words: String, from top: Int = 20) -> String {
    "<line class=\"\(kind)\" x1=\"\(x(at))\" x2=\"\(x(at))\" y1=\"\(top)\" y2=\"\(20 + 2 * Self.laneHeight)\">"
      + "<title>\(HTMLText.escaped(words))</title></line>"
  }

  private func lane(_ name: String, _ kind: String, _ path: String, at top: Int) -> [String] {
    let middle = top + Self.laneHeight / 2
    return [
      "<line class=\"axis\" x1=\"\(Self.left)\" x2=\"\(Self.width - 10)\" y1=\"\(middle)\" y2=\"\(middle)\"/>",
      "<text x=\"0\" y=\"\(top + 12)\">\(name)</text>",
      "<path class=\"\(kind)\" transform=\"translate(0 \(middle))\" d=\"\(path)\"/>",
    ]
  }

  /// The loudest samples of each column, up and down, as one outline. Loudness by its root, so that quiet
  /// speech is seen.
  private func wave(_ sound: WaveFile) -> String {
    let perColumn = Double(sound.rate.hertz) / scale
    guard !sound.samples.isEmpty, perColumn > 0 else { return "" }
    let first = x(0)
    var upper: [String] = []
    var lower: [String] = []
    var column = 0
    while Int(Double(column) * perColumn) < sound.samples.count {
      let from = Int(Double(column) * perColumn)
      let to = min(max(Int(Double(column + 1) * perColumn), from + 1), sound.samples.count)
      var peak = 0
      for index in from..<to { peak = max(peak, abs(Int(sound.samples[index]))) }
      let share = (Double(peak) / 32_768).squareRoot()
      let height = (share * Double(Self.laneHeight / 2 - 3) * 10).rounded() / 10
      let place = ((first + Double(column)) * 10).rounded() / 10
      upper.append("\(place) \(-height)")
      lower.append("\(place) \(height)")
      column += 1
    }
    return "M" + upper.joined(separator: "L") + "L" + lower.reversed().joined(separator: "L") + "Z"
  }

  private func axis(_ height: Int) -> [String] {
    let steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600]
    let step = steps.first { seconds / $0 <= 12 } ?? 7_200
    let count = Int(seconds / step)
    return (0...count).map { number in
      let at = Double(number) * step
      let label = step < 1 ? "\((at * 10).rounded() / 10) s" : "\(Int(at)) s"
      return
        "<line class=\"axis\" x1=\"\(x(at * 1_000))\" x2=\"\(x(at * 1_000))\" y1=\"20\" y2=\"\(height - 28)\"/>"
        + "<text x=\"\(x(at * 1_000))\" y=\"\(height - 14)\">\(label)</text>"
    }
  }
}
