import AudioEngine
import CallSimulator

/// A call as a drawing: both voices on one axis, and what happened between them.
struct CallPicture {
  let said: WaveFile
  let heard: WaveFile
  let report: CallReport

  private var picture: TimePicture {
    TimePicture(lasting: max(said.duration, heard.duration), lanes: 2)
  }

  var svg: [String] {
    let picture = picture
    let words =
      "caller and bot over \((picture.seconds * 10).rounded() / 10) seconds: \(report.gaps.count) gaps, "
      + "\(report.turns.count) turns, \(report.clears) clears, \(report.marks) marks"
    let (top, lane, most) = (TimePicture.top, TimePicture.laneHeight, TimePicture.most)
    var lines = picture.lane("caller", "said", wave(said, picture), at: top)
    lines += picture.lane(
      "bot, as heard", "heard", wave(heard, picture), at: top + lane)
    lines += report.gaps.prefix(most).map { gap in
      picture.bar(
        "gap", gap.atMs, gap.durationMs, top + lane,
        "gap of \(gap.durationMs) ms at \(gap.atMs) ms")
    }
    lines += report.turns.prefix(most).compactMap { turn in
      turn.responseMs.map {
        picture.bar("turn", turn.speechEndMs, max($0, 1), 12, "answered after \($0) ms", height: 6)
      }
    }
    lines += report.clearsAtMs.prefix(most).map { picture.line("clear", $0, "clear at \($0) ms") }
    lines += report.marksAtMs.prefix(most).map { at in
      picture.line("mark", at, "mark at \(at) ms", from: 2 * lane + 8)
    }
    return picture.svg(words, lines)
  }

  /// The loudest samples of each column, up and down, as one outline.
  private func wave(_ sound: WaveFile, _ picture: TimePicture) -> String {
    let perColumn = Double(sound.rate.hertz) / picture.columns(.seconds(1))
    guard !sound.samples.isEmpty, perColumn > 0 else { return "" }
    let first = picture.x(0)
    var upper: [String] = []
    var lower: [String] = []
    var column = 0
    while Int(Double(column) * perColumn) < sound.samples.count {
      let from = Int(Double(column) * perColumn)
      let to = min(max(Int(Double(column + 1) * perColumn), from + 1), sound.samples.count)
      var peak = 0
      for index in from..<to { peak = max(peak, abs(Int(sound.samples[index]))) }
      let height = TimePicture.half(peak)
      let place = ((first + Double(column)) * 10).rounded() / 10
      upper.append("\(place) \(-height)")
      lower.append("\(place) \(height)")
      column += 1
    }
    return "M" + upper.joined(separator: "L") + "L" + lower.reversed().joined(separator: "L") + "Z"
  }
}
