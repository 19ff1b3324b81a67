/// What a bot can do wrong, by kind.
public enum Problem: String, Codable, CaseIterable, Sendable {
  /// A media payload of a size that the platform forbids.
  case illegalSize
  /// A message for another stream, or for none.
  case wrongStream
  /// An event that the platform does not know.
  case unknownEvent
  /// Text that is not a JSON object with an event, or lacks what its event needs.
  case invalidMessage
  /// A payload that is not base64.
  case invalidBase64
  /// Audio labelled with another format than the stream's.
  case wrongFormat
  /// Audio of another rate than the stream's.
  case wrongRate
  /// Audio that is cut off at full scale.
  case clipping
  /// Steps where chunks meet.
  case clicks
  /// A binary message.
  case binaryMessage
  /// A message into a stream that carries audio to the bot alone.
  case oneWay
  /// A message before the stream's start.
  case beforeStart
  /// A message well after the stream's stop.
  case afterStop
  /// A hole in continuous speech.
  case gap
  /// Audio that keeps coming after the clear that should have ended it.
  case afterClear
  /// A bot that went on speaking when the caller spoke over it.
  case interruption
  /// Audio sent farther ahead of the ear than the platform holds.
  case lead
  /// More marks pending than the platform remembers.
  case marks
  /// A socket that ended in another way than it should, or cut off its own speech.
  case close
  /// A call that never came up: no connection, a refused upgrade, no answer.
  case connection
  /// An answer over HTTP that does not lead to a call, or not to the one that was meant.
  case directions
  /// A callback that the server did not take.
  case callback
  /// Not the caller's own audio, where an echo was expected.
  case echo
  /// Something that the caller's script expects did not come true.
  case expectation
}

/// The problems of one call as sentences, one a kind: the first of its kind, and how many followed.
/// Its size does not grow with what the bot does.
struct ProblemLog: Sendable {
  private var firsts: [(problem: Problem, sentence: String)] = []
  private(set) var counts: [Problem: Int] = [:]

  mutating func note(_ problem: Problem, _ sentence: String) {
    let count = counts[problem, default: 0]
    if count == 0 { firsts.append((problem, sentence)) }
    counts[problem] = count + 1
  }

  /// Each kind with its first sentence and how often it occurred.
  var all: [(problem: Problem, sentence: String, times: Int)] {
    firsts.map { ($0.problem, $0.sentence, counts[$0.problem, default: 1]) }
  }

  var sentences: [String] {
    firsts.map { first in
      let more = counts[first.problem, default: 1] - 1
      return more == 0 ? first.sentence : "\(first.sentence) (and \(more) more like it)"
    }
  }
}

extension Int {
  /// The number with a comma every three digits: `3,200`.
  package var grouped: String {
    let digits = String(magnitude)
    let head = digits.count % 3
    var groups = head > 0 ? [String(digits.prefix(head))] : []
    var rest = digits.dropFirst(head)
    while !rest.isEmpty {
      groups.append(String(rest.prefix(3)))
      rest = rest.dropFirst(3)
    }
    return (self < 0 ? "-" : "") + groups.joined(separator: ",")
  }
}
