public import AudioEngine

/// JSON string literals: escaping what we write, and undoing the escapes of what we read.
public enum JSONText {
  /// Appends `text` as a JSON string with its quotes, escaped as RFC 8259 section 7 asks; so is what
  /// a terminal that shows the JSON may obey.
  ///
  /// Allocates only where the buffer must grow.
  public static func appendQuoted(_ text: String, to message: inout MessageBuffer) {
    message.append(byte: UInt8(ascii: "\""))
    var bytes = text.utf8[...]
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        message.append(byte: UInt8(ascii: "\\"))
        message.append(byte: byte)
      case 0..<0x20, 0x7F:
        appendEscape(UInt16(byte), to: &message)
      case 0xC2, 0xD8, 0xE2:
        // What a terminal may obey: C1 controls, marks of direction, separators of lines.
        let second = bytes.first ?? 0
        let third = bytes.dropFirst().first ?? 0
        switch (byte, second, third) {
        case (0xC2, 0x80...0x9F, _), (0xD8, 0x9C, _):
          appendEscape(UInt16(byte & 0x1F) << 6 | UInt16(second & 0x3F), to: &message)
          bytes.removeFirst()
        case (0xE2, 0x80, 0x8E...0x8F), (0xE2, 0x80, 0xA8...0xAE), (0xE2, 0x81, 0xA6...0xA9):
          appendEscape(0x2000 | UInt16(second & 0x3F) << 6 | UInt16(third & 0x3F), to: &message)
          bytes.removeFirst(2)
        default: message.append(byte: byte)
        }
      default:
        message.append(byte: byte)
      }
    }
    message.append(byte: UInt8(ascii: "\""))
  }

  private static func appendEscape(_ code: UInt16, to message: inout MessageBuffer) {
    message.append("\\u")
    var shift: UInt16 = 16
    while shift > 0 {
      shift -= 4
      message.append(byte: hexadecimalDigit(UInt8(code >> shift & 15)))
    }
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
    guard literal.hasEscapes else {
      return unsafe scanner.bytes.extracting(literal.range).withUnsafeBytes {
        unsafe String(decoding: $0, as: UTF8.self)
      }
    }
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
