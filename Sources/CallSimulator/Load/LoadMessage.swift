import AudioEngine
import Telephony

/// What a bot said, read in place.
struct LoadMessage {
  enum Kind {
    /// Where the payload's text stands.
    case media(Range<Int>)
    case mark(String)
    case clear
    /// Something else.
    case other
    /// No JSON object, or one that lacks what its event needs: why.
    case invalid(String)
  }

  let kind: Kind
  /// The event's name; empty where there is none.
  let event: String
  /// The stream that it is for; nil where it names none.
  let stream: String?
  /// Whether the platform knows the event.
  let isKnown: Bool

  init(_ message: RawSpan, _ events: LoadEvents) {
    do { self = try Self.read(message, events) } catch {
      self.init(
        kind: .invalid("text that is not a JSON object"), event: "", stream: nil, isKnown: false)
    }
  }

  private init(kind: Kind, event: String, stream: String?, isKnown: Bool) {
    self.kind = kind
    self.event = event
    self.stream = stream
    self.isKnown = isKnown
  }

  private static func read(
    _ message: RawSpan, _ events: LoadEvents
  ) throws(MalformedKind) -> LoadMessage {
    var scanner = JSONScanner(message)
    var event: Range<Int>?
    var stream: Range<Int>?
    var payload: Range<Int>?
    var name: Range<Int>?
    try scanner.beginMessage()
    var isFirst = true
    while let key = try scanner.nextKey(isFirst: &isFirst) {
      if scanner.equal(key.range, "event") {
        event = try scanner.string().range
      } else if scanner.equal(key.range, "name") {
        name = try scanner.string().range
      } else if scanner.equal(key.range, "stream_sid") || scanner.equal(key.range, "streamSid")
        || scanner.equal(key.range, "streamId")
      {
        stream = try scanner.string().range
      } else if scanner.equal(key.range, "media") || scanner.equal(key.range, "mark") {
        guard scanner.beginObject() else { throw scanner.fault }
        var isFirstInside = true
        while let inner = try scanner.nextKey(isFirst: &isFirstInside) {
          if scanner.equal(inner.range, "payload") {
            payload = try scanner.longString().range
          } else if scanner.equal(inner.range, "name") {
            name = try scanner.string().range
          } else {
            try scanner.skipValue(depth: 2)
          }
        }
      } else {
        try scanner.skipValue(depth: 1)
      }
    }
    func text(_ range: Range<Int>) -> String {
      unsafe message.extracting(range).withUnsafeBytes { bytes in
        unsafe String(decoding: bytes, as: UTF8.self)
      }
    }
    let kind: Kind
    var isKnown = true
    if let event {
      if scanner.equal(event, events.media) {
        kind = payload.map { .media($0) } ?? .invalid("a media message without media.payload")
      } else if scanner.equal(event, events.clear) {
        kind = .clear
      } else if scanner.equal(event, events.mark) {
        kind = name.map { .mark(text($0)) } ?? .invalid("a mark without a name")
      } else {
        kind = .other
        isKnown = events.others.contains { scanner.equal(event, $0) }
      }
    } else {
      kind = .invalid("a message without an event")
    }
    return LoadMessage(
      kind: kind, event: event.map(text) ?? "", stream: stream.map(text), isKnown: isKnown)
  }
}
