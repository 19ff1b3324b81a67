import AudioEngine
import CallSimulator
import Foundation
import Telephony

/// A trace as a page of its own: both voices on the clock of the ear, how much lay ahead of it, what happened.
struct TracePage {
  /// A time in which something was wrong with the network or the host.
  struct Fault {
    let from: Duration
    let lasting: Duration
    let words: String
  }

  let title: String
  /// What came of it, and whether that is good.
  let verdict: (words: String, isGood: Bool)
  let story: TraceStory
  var faults: [Fault] = []
  /// Sentences below the picture.
  var notes: [String] = []

  private static let mostRows = 400
  private static let bandHeight = 60

  var html: Data {
    var body = [
      "<h1>\(HTMLText.escaped(title))</h1>",
      "<p class=\"verdict \(verdict.isGood ? "pass" : "fail")\">\(HTMLText.escaped(verdict.words))</p>",
    ]
    body += svg
    body.append(
      "<p class=\"legend\">On one axis from the beginning of the call. The bot's voice lies where the caller hears it at the "
        + "earliest; below it how much was ahead of his ear when a chunk left (dark) and what still waited (light). "
        + "Red lines are clears, red fields trouble, short lines marks, yellow bars the caller's speech as the detector heard it."
        + "</p>")
    body += HTMLText.table([], figures, caption: "Figures")
    body += HTMLText.table(
      ["at", "what"],
      story.moments.prefix(Self.mostRows).map { [ms($0.at), $0.words] }, caption: "What happened")
    body += HTMLText.table([], notes.map { [$0] }, caption: "About it")
    return Data(HTMLText.page("\(verdict.words): \(title)", body).utf8)
  }

  private var figures: [[String]] {
    [
      ["lasted", ms(story.end - story.start)],
      ["messages to the platform", story.messages.grouped],
      ["media of the caller's", story.caller.count.grouped],
      ["media of the bot's", story.depths.count.grouped],
      ["chunks of a forbidden size", story.illegal.grouped],
      ["underruns", story.underruns.grouped],
      ["most that was ahead of the ear", ms(story.depths.map(\.lead).max() ?? .zero)],
      ["most that waited", ms(story.depths.map(\.queued).max() ?? .zero)],
    ]
  }

  private var svg: [String] {
    let picture = TimePicture(
      lasting: story.end - story.start, lanes: 2, extra: Self.bandHeight)
    let (top, lane, most) = (TimePicture.top, TimePicture.laneHeight, TimePicture.most)
    var lines = faults.prefix(most).map { fault in
      picture.bar(
        "gap", at(fault.from), fault.lasting.inMilliseconds, top, fault.words, height: 2 * lane)
    }
    lines += story.speaking.prefix(most).map { range in
      picture.bar(
        "turn", at(range.lowerBound), (range.upperBound - range.lowerBound).inMilliseconds, 12,
        "the caller speaks", height: 6)
    }
    lines += picture.lane("caller", "said", outline(story.caller, picture), at: top)
    lines += picture.lane("bot, as heard", "heard", outline(story.bot, picture), at: top + lane)
    lines += band(picture, at: top + 2 * lane)
    for word in story.words.prefix(most) {
      lines.append(
        "<text x=\"\(picture.x(at(word.from)))\" y=\"\(top + 2 * lane - 4)\">\(HTMLText.escaped(String(word.text.prefix(40))))</text>"
      )
    }
    for moment in story.moments.prefix(4 * most) {
      let (place, words) = (at(moment.at), "\(moment.words) at \(ms(moment.at))")
      switch moment.kind {
      case .clear: lines.append(picture.line("clear", place, words))
      case .mark: lines.append(picture.line("mark", place, words, from: top + 2 * lane - 12))
      case .trouble: lines.append(picture.bar("gap", place, 1, top, words, height: 2 * lane))
      case .event: break
      }
    }
    let words =
      "caller and bot over \((picture.seconds * 10).rounded() / 10) seconds: "
      + "\(story.messages) messages, \(story.underruns) underruns"
    return picture.svg(words, lines)
  }

  private func at(_ time: Duration) -> Double { (time - story.start).inMilliseconds }

  /// Each piece as high as its loudest sample; at most one a column.
  private func outline(_ pieces: [TraceStory.Piece], _ picture: TimePicture) -> String {
    var path = ""
    var last = -1.0
    var loudest = 0
    for piece in pieces {
      let left = picture.x(at(piece.from))
      let right = max(picture.x(at(piece.from + piece.lasting)), left + 0.5)
      loudest = max(loudest, piece.peak)
      guard right >= last + 0.5 else { continue }
      let height = TimePicture.half(loudest)
      path += "M\(left) \(-height)L\(right) \(-height)L\(right) \(height)L\(left) \(height)Z"
      last = right
      loudest = 0
    }
    return path
  }

  /// What was ahead of the ear, and above it what waited; the most of each column.
  private func band(_ picture: TimePicture, at top: Int) -> [String] {
    guard let longest = story.depths.map({ $0.lead + $0.queued }).max(), longest > .zero else {
      return []
    }
    let bottom = Double(top + Self.bandHeight)
    func y(_ depth: Duration) -> Double {
      let share = depth.inMilliseconds / longest.inMilliseconds
      return ((bottom - share * Double(Self.bandHeight - 14)) * 10).rounded() / 10
    }
    func area(_ depth: (TraceStory.Depth) -> Duration) -> String {
      var path = ""
      var last = -10.0
      for point in story.depths {
        let x = picture.x(at(point.at))
        guard x >= last + 0.5 else { continue }
        path += "M\(x) \(bottom)L\(x) \(y(depth(point)))"
        last = x
      }
      return path
    }
    return [
      "<path class=\"waits\" d=\"\(area { $0.lead + $0.queued })\"/>",
      "<path class=\"ahead\" d=\"\(area { $0.lead })\"/>",
      "<text x=\"0\" y=\"\(top + 24)\">ahead, waits</text>",
      "<text x=\"0\" y=\"\(top + 38)\">\(ms(longest))</text>",
    ]
  }

  private func ms(_ time: Duration) -> String {
    "\(Int(time.wholeNanoseconds / 1_000_000).grouped) ms"
  }
}
