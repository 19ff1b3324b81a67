import Foundation

/// Text of the bot's, read and quoted by the judge of any platform.
enum BotText {
  /// The first bytes of something the bot sent, fit for a line of text.
  static func excerpt(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes.prefix(48), as: UTF8.self)
    let printable = text.map { $0.isASCII && $0 >= " " && $0 != "\u{7F}" ? $0 : "?" }
    return "'\(String(printable))'" + (bytes.count > 48 ? "..." : "")
  }

  /// The bytes that padded base64 stands for; nil where `text` is none.
  ///
  /// Foundation takes padding in the middle; a platform's decoder does not.
  static func base64(_ text: String) -> [UInt8]? {
    let equals = UInt8(ascii: "=")
    let padding = text.utf8.reversed().prefix { $0 == equals }.count
    guard text.utf8.count % 4 == 0, padding <= 2, !text.utf8.dropLast(padding).contains(equals)
    else { return nil }
    return Data(base64Encoded: text).map(Array.init)
  }
}
