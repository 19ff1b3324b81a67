/// One pass over a whole message: whether it is a media event, and the audio of its `media` object.
///
/// The platforms that stream audio over WebSockets share this shape and differ in spelling:
/// `{"event": ..., "sequence_number": ..., "media": {"chunk": ..., "timestamp": ..., "payload": ...}}`, keys in
/// any order. The grammar of the whole message is checked on the way. Allocates nothing.
package struct MediaEnvelope {
  /// Whether the value of `event` is `media`, letter for letter.
  package private(set) var isMedia = false
  /// The audio, where `media` is an object with a payload string.
  package private(set) var media: MediaMessage?

  /// A message with more members and elements is refused: it is no platform's, and costs more than
  /// reading it. What is kept of a stream's parameters fits in several times over.
  package static let mostItems = 1_024

  /// Scans `message`.
  ///
  /// - Throws: what is wrong with its grammar.
  package init(scanning message: RawSpan) throws(MalformedKind) {
    var scanner = JSONScanner(message, mostItems: Self.mostItems)
    var event = RankedMember<JSONString>()
    var sequenceNumber = RankedMember<Int>()
    var media = RankedMember<MediaMessage>()
    try scanner.beginMessage()
    var isFirst = true
    while let key = try scanner.nextKey(isFirst: &isFirst) {
      let mediaRank = JSONKey("media").rank(of: key, in: scanner)
      if mediaRank < JSONKey.unmatched {
        media.offer(try Self.media(&scanner), mediaRank)
        continue
      }
      let eventRank = JSONKey("event").rank(of: key, in: scanner)
      if eventRank < JSONKey.unmatched, scanner.current == UInt8(ascii: "\"") {
        event.offer(try scanner.string(), eventRank)
        continue
      }
      let sequence = JSONKey("sequence_number", camel: "sequenceNumber")
      let sequenceRank = sequence.rank(of: key, in: scanner)
      if sequenceRank < JSONKey.unmatched {
        sequenceNumber.offer(try scanner.lenientInteger(depth: 1), sequenceRank)
        continue
      }
      try scanner.skipValue(depth: 1)
    }
    try scanner.finish()
    self.isMedia = event.value.map { scanner.equal($0.range, "media") } ?? false
    self.media = media.value
    self.media?.sequenceNumber = sequenceNumber.value
  }

  /// Reads the `media` object; nil where it is no object or has no payload string.
  private static func media(_ scanner: inout JSONScanner) throws(MalformedKind) -> MediaMessage? {
    guard scanner.beginObject() else {
      try scanner.skipValue(depth: 1)
      return nil
    }
    var payload = RankedMember<JSONString>()
    var chunk = RankedMember<Int>()
    var timestamp = RankedMember<Int>()
    var track = RankedMember<Track>()
    var isFirst = true
    while let key = try scanner.nextKey(isFirst: &isFirst) {
      let payloadRank = JSONKey("payload").rank(of: key, in: scanner)
      if payloadRank < JSONKey.unmatched, scanner.current == UInt8(ascii: "\"") {
        payload.offer(try scanner.longString(), payloadRank)
        continue
      }
      let chunkRank = JSONKey("chunk").rank(of: key, in: scanner)
      if chunkRank < JSONKey.unmatched {
        chunk.offer(try scanner.lenientInteger(depth: 2), chunkRank)
        continue
      }
      let timestampRank = JSONKey("timestamp").rank(of: key, in: scanner)
      if timestampRank < JSONKey.unmatched {
        timestamp.offer(try scanner.lenientInteger(depth: 2), timestampRank)
        continue
      }
      let trackRank = JSONKey("track").rank(of: key, in: scanner)
      if trackRank < JSONKey.unmatched, scanner.current == UInt8(ascii: "\"") {
        let name = try scanner.string()
        track.offer(scanner.equal(name.range, "outbound") ? .outbound : .inbound, trackRank)
        continue
      }
      try scanner.skipValue(depth: 2)
    }
    guard let found = payload.value else { return nil }
    return MediaMessage(
      payload: found.range, payloadHasEscapes: found.hasEscapes, chunk: chunk.value,
      timestampMilliseconds: timestamp.value, track: track.value ?? .inbound)
  }
}
