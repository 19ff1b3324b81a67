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

  private static func hexadecimalDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
