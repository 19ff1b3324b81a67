/// The quick reading of a mark's echo in the form that platforms really send: exact keys, no escapes.
///
/// Echoes come several times a second, so they are read in place like media. Whatever this does not
/// recognise it declines, and the message is read in full (`QuickEchoTests` holds the two together).
package enum QuickEcho {
  /// Reads the echo that `message` holds, where it has the common form.
  ///
  /// Allocates nothing for a name of up to 15 bytes, as those of the engine's own marks are.
  ///
  /// - Parameters:
  ///   - message: a whole message.
  ///   - event: the value of `event` that means an echo.
  ///   - object: the member whose `name` is the mark's; the message itself where nil.
  /// - Returns: the echo, or nil.
  package static func read(
    _ message: RawSpan, event: StaticString, in object: StaticString? = nil
  ) -> MarkEcho? {
    var scanner = JSONScanner(message)
    guard let name = try? find(event, object, &scanner) else { return nil }
    return unsafe message.extracting(name).withUnsafeBytes { bytes in
      MarkEcho(name: unsafe String(decoding: bytes, as: UTF8.self))
    }
  }

  private static func find(
    _ event: StaticString, _ object: StaticString?, _ scanner: inout JSONScanner
  ) throws(MalformedKind) -> Range<Int>? {
    var name: Range<Int>?
    var isEcho = false
    var events = 0
    var names = 0
    try scanner.beginMessage()
    var isFirst = true
    while let key = try scanner.nextKey(isFirst: &isFirst) {
      if key.hasEscapes { return nil }
      if scanner.equal(key.range, "event") {
        events += 1
        guard let value = try text(&scanner) else { return nil }
        isEcho = scanner.equal(value, event)
        // Most messages are no echo: they need not be read to their end for that.
        if !isEcho { return nil }
      } else if let object, scanner.equal(key.range, object) {
        guard scanner.beginObject() else { return nil }
        var isFirstInside = true
        while let inner = try scanner.nextKey(isFirst: &isFirstInside) {
          if inner.hasEscapes { return nil }
          if scanner.equal(inner.range, "name") {
            names += 1
            name = try text(&scanner)
            if name == nil { return nil }
          } else {
            try scanner.skipValue(depth: 2)
          }
        }
      } else if object == nil, scanner.equal(key.range, "name") {
        names += 1
        name = try text(&scanner)
        if name == nil { return nil }
      } else {
        try scanner.skipValue(depth: 1)
      }
    }
    try scanner.finish()
    return isEcho && events == 1 && names == 1 ? name : nil
  }

  /// A string without escapes; nil for any other value.
  private static func text(_ scanner: inout JSONScanner) throws(MalformedKind) -> Range<Int>? {
    guard scanner.current == UInt8(ascii: "\"") else { return nil }
    let string = try scanner.string()
    return string.hasEscapes ? nil : string.range
  }
}
