import AudioEngine

/// What a media link's text message is, found without allocating: enough to tell the one that comes
/// many times a second from the rest.
struct AgenTaoOutline {
  enum Kind {
    /// W1's `buffer_request`, by its `type`.
    case bufferRequest
    /// NVP/1's `audio.grant`, by its `name`.
    case audioGrant
    case other
  }

  private(set) var type = Kind.other
  /// Where the value of the body's member starts.
  private(set) var bodyStart: Int?

  /// Walks the whole of `text`.
  init(_ text: RawSpan, body: StaticString) throws(MalformedKind) {
    var scanner = JSONScanner(text)
    try scanner.beginMessage()
    var isFirst = true
    while let key = try scanner.nextKey(isFirst: &isFirst) {
      if scanner.equal(key.range, body) { bodyStart = scanner.offset }
      let isName = scanner.equal(key.range, "name") || scanner.equal(key.range, "type")
      if isName, scanner.current == UInt8(ascii: "\"") {
        let value = try scanner.string()
        if scanner.equal(value.range, "buffer_request") { type = .bufferRequest }
        if scanner.equal(value.range, "audio.grant") { type = .audioGrant }
      } else {
        try scanner.skipValue(depth: 1)
      }
    }
    try scanner.finish()
  }
}

/// Up to three whole numbers of one flat object, by their exact names.
struct AgenTaoNumbers {
  private(set) var first: Int?
  private(set) var second: Int?
  private(set) var third: Int?

  /// Reads the object that starts at `start` of a text that was walked before.
  init(
    _ text: RawSpan, at start: Int, _ firstName: StaticString, _ secondName: StaticString,
    _ thirdName: StaticString
  ) throws(MalformedKind) {
    var scanner = JSONScanner(text.extracting(start..<text.byteCount))
    guard scanner.beginObject() else { return }
    var isFirst = true
    while let key = try scanner.nextKey(isFirst: &isFirst) {
      if scanner.equal(key.range, firstName) {
        first = try scanner.lenientInteger(depth: 2)
      } else if scanner.equal(key.range, secondName) {
        second = try scanner.lenientInteger(depth: 2)
      } else if scanner.equal(key.range, thirdName) {
        third = try scanner.lenientInteger(depth: 2)
      } else {
        try scanner.skipValue(depth: 2)
      }
    }
  }
}
