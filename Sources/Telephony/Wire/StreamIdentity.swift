import AudioEngine

/// Identifiers in the shapes that platforms give them, made of other identifiers.
enum StreamIdentity {
  /// 32 hexadecimal digits in lower case, equal of equal texts. FNV-1a, twice: names, no secrets.
  static func digits(of text: String) -> String {
    var first: UInt64 = 0xCBF2_9CE4_8422_2325
    var second: UInt64 = 0x9AE1_6A3B_2F90_404F
    for byte in text.utf8 {
      first = (first ^ UInt64(byte)) &* 0x100_0000_01B3
      second = (second ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return [first, second ^ first >> 32].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Whether `text` is made of digits and small letters from `a` to `f` alone.
  static func isHexadecimal(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// The shape of RFC 9562, `8-4-4-4-12` digits: `text` where it has it, else made of it.
  static func uuid(of text: String) -> String {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    if parts.map(\.utf8.count) == [8, 4, 4, 4, 12],
      parts.allSatisfy({ isHexadecimal($0.lowercased()) })
    {
      return text
    }
    var rest = digits(of: text)[...]
    return [8, 4, 4, 4, 12].map { count in
      defer { rest = rest.dropFirst(count) }
      return String(rest.prefix(count))
    }.joined(separator: "-")
  }
}

extension Duration {
  /// Whole milliseconds, rounded down.
  package var wholeMilliseconds: Int { Int(wholeNanoseconds / 1_000_000) }
}

extension MessageBuffer {
  /// Appends a string member with its comma, or nothing where there is no value.
  mutating func append(member name: StaticString, _ value: String?) {
    guard let value else { return }
    append(",\"")
    append(name)
    append("\":")
    JSONText.appendQuoted(value, to: &self)
  }

  /// Appends an object of strings, its members in the order of their names.
  mutating func append(object pairs: [String: String]) {
    append("{")
    for (index, pair) in pairs.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { append(",") }
      JSONText.appendQuoted(pair.key, to: &self)
      append(":")
      JSONText.appendQuoted(pair.value, to: &self)
    }
    append("}")
  }
}
