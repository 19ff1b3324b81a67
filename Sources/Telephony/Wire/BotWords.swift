/// How the bots of a dialect name what they want, and the one reading of their messages.
///
/// Bots are written by many hands: members come in any order, keys in every spelling that ``JSONKey``
/// knows, streams under each platform's name for them. One pass; allocates nothing for media.
package struct BotWords: Sendable {
  private let media: StaticString
  private let mark: StaticString
  private let clear: StaticString
  private let keys: StaticString?

  /// Names the events.
  package init(
    media: StaticString = "media", mark: StaticString = "mark", clear: StaticString = "clear",
    keys: StaticString? = nil
  ) {
    self.media = media
    self.mark = mark
    self.clear = clear
    self.keys = keys
  }

  /// What `message` says to the stream that the bytes of `stream` name, or to one without a name.
  package func read(_ message: RawSpan, stream: [UInt8]?) -> BotCommand {
    do throws(MalformedKind) {
      return try command(Members(message), message, stream)
    } catch {
      return BotCommand(.malformed(error))
    }
  }

  private func command(
    _ members: Members, _ message: RawSpan, _ stream: [UInt8]?
  ) throws(MalformedKind) -> BotCommand {
    guard let event = members.event.value else { throw .missingEvent }
    let scanner = JSONScanner(message)
    let kind: BotCommand.Kind
    if scanner.equal(event.range, media) {
      guard let payload = members.payload.value else { throw .missingPayload }
      kind = .media(
        MediaMessage(payload: payload.range, payloadHasEscapes: payload.hasEscapes))
    } else if scanner.equal(event.range, mark) {
      guard let name = members.markName.value ?? members.name.value else { throw .missingMarkName }
      kind = .mark(JSONText.string(name, in: scanner))
    } else if scanner.equal(event.range, clear) {
      kind = .clear
    } else if let keys, scanner.equal(event.range, keys) {
      guard let digits = members.keys.value, !digits.range.isEmpty else { throw .missingDigit }
      kind = .keys(ASCII.prefix(JSONText.string(digits, in: scanner), 64))
    } else {
      kind = .ignored(IgnoredEvent(name: ASCII.prefix(JSONText.string(event, in: scanner), 64)))
    }
    guard let stream, let named = members.stream.value else { return BotCommand(kind) }
    return BotCommand(kind, isForeign: !Self.equal(named, stream, scanner))
  }

  private static func equal(
    _ name: JSONString, _ stream: [UInt8], _ scanner: borrowing JSONScanner
  ) -> Bool {
    // Identifiers have no escapes; one that is written with them is compared as it would be read.
    guard !name.hasEscapes else {
      return JSONText.string(name, in: scanner).utf8.elementsEqual(stream)
    }
    guard name.range.count == stream.count else { return false }
    for index in 0..<stream.count
    where scanner.byte(at: name.range.lowerBound + index) != stream[index] {
      return false
    }
    return true
  }

  /// What a message holds of all that any event needs.
  private struct Members {
    var event = RankedMember<JSONString>()
    var stream = RankedMember<JSONString>()
    var name = RankedMember<JSONString>()
    var keys = RankedMember<JSONString>()
    var payload = RankedMember<JSONString>()
    var markName = RankedMember<JSONString>()

    init(_ message: RawSpan) throws(MalformedKind) {
      var scanner = JSONScanner(message, mostItems: MediaEnvelope.mostItems)
      try scanner.beginMessage()
      var isFirst = true
      while let key = try scanner.nextKey(isFirst: &isFirst) {
        let isText = scanner.current == UInt8(ascii: "\"")
        let media = JSONKey("media").rank(of: key, in: scanner)
        let mark = JSONKey("mark").rank(of: key, in: scanner)
        let stream = min(
          JSONKey("stream_sid", camel: "streamSid").rank(of: key, in: scanner),
          JSONKey("stream_id", camel: "streamId").rank(of: key, in: scanner))
        if media < JSONKey.unmatched, scanner.beginObject() {
          payload.offer(try Self.string("payload", in: &scanner), media)
        } else if mark < JSONKey.unmatched, scanner.beginObject() {
          markName.offer(try Self.string("name", in: &scanner), mark)
        } else if isText, stream < JSONKey.unmatched {
          self.stream.offer(try scanner.string(), stream)
        } else if isText {
          try take(key, &scanner)
        } else {
          try scanner.skipValue(depth: 1)
        }
      }
      try scanner.finish()
    }

    private mutating func take(
      _ key: JSONString, _ scanner: inout JSONScanner
    ) throws(MalformedKind) {
      let event = JSONKey("event").rank(of: key, in: scanner)
      let name = JSONKey("name").rank(of: key, in: scanner)
      let keys = JSONKey("dtmf").rank(of: key, in: scanner)
      let value = try scanner.string()
      self.event.offer(value, event)
      self.name.offer(value, name)
      self.keys.offer(value, keys)
    }

    /// The string under `wanted` of the object whose brace has been read.
    private static func string(
      _ wanted: StaticString, in scanner: inout JSONScanner
    ) throws(MalformedKind) -> JSONString? {
      var found = RankedMember<JSONString>()
      var isFirst = true
      while let key = try scanner.nextKey(isFirst: &isFirst) {
        let rank = JSONKey(wanted).rank(of: key, in: scanner)
        if rank < JSONKey.unmatched, scanner.current == UInt8(ascii: "\"") {
          found.offer(try scanner.longString(), rank)
        } else {
          try scanner.skipValue(depth: 2)
        }
      }
      return found.value
    }
  }
}
