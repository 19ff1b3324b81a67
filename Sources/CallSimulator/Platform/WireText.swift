/// A JSON value on its way to the bot, with the order of keys kept: the simulator's own writer, so
/// that a platform can spell its messages in every way that was ever seen.
enum WireText: Sendable {
  case string(String)
  /// Digits (or any other JSON text) to be written as they are.
  case bare(String)
  case object([Member])
  case array([WireText])
  case null

  /// A key and its value.
  struct Member: Sendable {
    let key: String
    let value: WireText
  }

  /// How a document is spelt beyond its content.
  struct Spelling: Sendable {
    /// Writes `/` as `\/`, as PHP's and some Java encoders do.
    var escapesSlashes = false
    /// Writes a blank after each comma and colon, as Python's encoder does.
    var isSpaced = false
  }

  func text(_ spelling: Spelling = Spelling()) -> [UInt8] {
    var bytes: [UInt8] = []
    write(into: &bytes, spelling)
    return bytes
  }

  private func write(into bytes: inout [UInt8], _ spelling: Spelling) {
    switch self {
    case .bare(let text): bytes += text.utf8
    case .null: bytes += "null".utf8
    case .string(let text): Self.write(text, into: &bytes, spelling)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { Self.separate(with: ",", into: &bytes, spelling) }
        value.write(into: &bytes, spelling)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { Self.separate(with: ",", into: &bytes, spelling) }
        Self.write(member.key, into: &bytes, spelling)
        Self.separate(with: ":", into: &bytes, spelling)
        member.value.write(into: &bytes, spelling)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func separate(
    with mark: String, into bytes: inout [UInt8], _ spelling: Spelling
  ) {
    bytes += mark.utf8
    if spelling.isSpaced { bytes.append(UInt8(ascii: " ")) }
  }

  private static func write(_ text: String, into bytes: inout [UInt8], _ spelling: Spelling) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "/") where spelling.escapesSlashes:
        bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes += "\\u00".utf8
        bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default:
        bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
