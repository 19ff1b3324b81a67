/// RFC 3986 section 2 escapes, in the form that URL queries and urlencoded forms use.
package enum PercentEncoding {
  /// Decodes `%XX` and `+`; a `%` without two hexadecimal digits stands for itself.
  package static func decode(_ text: ArraySlice<UInt8>) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.count)
    // How many of the last bytes may be an escape: 1 after `%`, 2 after its first digit.
    var open = 0
    for byte in text {
      switch open {
      case 2:
        guard let low = hexadecimal(byte), let high = hexadecimal(decoded[decoded.count - 1]) else {
          open = 0
          break
        }
        decoded.removeLast()
        decoded[decoded.count - 1] = high << 4 | low
        open = 0
        continue
      case 1 where hexadecimal(byte) != nil:
        decoded.append(byte)
        open = 2
        continue
      default:
        break
      }
      open = byte == UInt8(ascii: "%") ? 1 : 0
      decoded.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Encodes every byte outside RFC 3986's unreserved set as `%XX`, so that the result may stand
  /// anywhere in a URL or a form.
  package static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      if isUnreserved(byte) {
        encoded.append(byte)
      } else {
        encoded.append(UInt8(ascii: "%"))
        encoded.append(digits[Int(byte >> 4)])
        encoded.append(digits[Int(byte & 15)])
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// The value of one hexadecimal digit.
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
