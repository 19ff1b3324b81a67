public import AudioEngine

/// JSON string literals: escaping what we write, and undoing the escapes of what we read.
public enum JSONText {
  /// Appends `text` as a JSON string with its quotes, escaped as RFC 8259 section 7 asks.
  ///
  /// Allocates only where the buffer must grow.
  public static func appendQuoted(_ text: String, to message: inout MessageBuffer) {
    message.append(byte: UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        message.append(byte: UInt8(ascii: "\\"))
        message.append(byte: byte)
      case 0..<0x20, 0x7F:
        message.append("\\u00")
        message.append(byte: hexadecimalDigit(byte >> 4))
        message.append(byte: hexadecimalDigit(byte & 15))
      default:
        message.append(byte: byte)
      }
    }
    message.append(byte: UInt8(ascii: "\""))
  }

  /// `text` as a JSON string with its quotes.
  public static func quoted(_ text: String) -> String {
    var message = MessageBuffer(capacity: text.utf8.count + 16)
    appendQuoted(text, to: &message)
    return unsafe message.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// Copies base64 text without its JSON escapes and white space, for payloads that hold `\\/` or line
  /// breaks.
  ///
  /// - Parameters:
  ///   - text: the bytes between the payload's quotes.
  ///   - scratch: emptied, then filled; it keeps its memory, so a reused one allocates no more.
  public static func base64(in text: RawSpan, into scratch: inout [UInt8]) {
    scratch.removeAll(keepingCapacity: true)
    var reader = EscapeReader(JSONScanner(text), 0..<text.byteCount)
    while let byte = reader.next() {
      if byte > 0x20 { scratch.append(byte) }
    }
  }

  /// Copies `bytes[range]` without its JSON escapes.
  ///
  /// - Returns: the bytes written to the front of `plain`, or nil where they do not fit.
  static func unescape(
    _ bytes: RawSpan, _ range: Range<Int>, into plain: inout MutableSpan<UInt8>
  ) -> Int? {
    var reader = EscapeReader(JSONScanner(bytes), range)
    var written = 0
    while let byte = reader.next() {
      guard written < plain.count else { return nil }
      plain[written] = byte
      written += 1
    }
    return written
  }

  /// The string between the quotes at `literal`; what is not UTF-8 becomes U+FFFD.
  static func string(_ literal: JSONString, in scanner: borrowing JSONScanner) -> String {
    var plain: [UInt8] = []
    plain.reserveCapacity(literal.range.count)
    var reader = EscapeReader(JSONScanner(scanner.bytes), literal.range)
    while let byte = reader.next() { plain.append(byte) }
    return String(decoding: plain, as: UTF8.self)
  }

  private static func hexadecimalDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
