/// The `extra_headers` of a Plivo stream: what the operator put into the XML's `extraHeaders`.
///
/// The documents and kits know five inner forms of the one text: pairs `a=b` behind `;`, the same
/// behind `,`, a JSON object, an unquoted object `{a: b, c: d}`, and nothing (`""` or `"{}"`).
enum PlivoHeaders {
  /// Texts longer than this are not read; the XML takes 512 bytes.
  static let maximumBytes = 8_192

  /// The pairs in `value`, percent escapes undone; of two equal keys the first stays. At most
  /// ``CustomParameters/maximumPairs``.
  static func read(_ value: JSONValue?) -> [String: String] {
    guard case .string(let whole)? = value else { return CustomParameters.read(value) }
    guard whole.utf8.count <= maximumBytes else { return [:] }
    let text = ASCII.trimmed(whole.utf8)
    guard text.first == UInt8(ascii: "{") else {
      return pairs(text, between: ";,", separator: UInt8(ascii: "="))
    }
    if let tree = try? JSONValue(String(decoding: text, as: UTF8.self)), case .object = tree {
      return CustomParameters.read(tree)
    }
    let inner = text.dropFirst().dropLast(text.last == UInt8(ascii: "}") ? 1 : 0)
    return pairs(inner, between: ",", separator: UInt8(ascii: ":"))
  }

  /// The text itself, where it is one and says anything.
  static func raw(_ value: JSONValue?) -> String? {
    guard case .string(let text)? = value, !text.isEmpty, text.utf8.count <= maximumBytes else {
      return nil
    }
    return text
  }

  private static func pairs(
    _ text: Substring.UTF8View, between ends: StaticString, separator: UInt8
  ) -> [String: String] {
    let ends = Array("\(ends)".utf8)
    var pairs = CustomParameters.Pairs()
    let items = text.split(maxSplits: CustomParameters.maximumPairs) { ends.contains($0) }
    for item in items.prefix(CustomParameters.maximumPairs) {
      let halves = item.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
      pairs.offer(unquoted(halves[0]), halves.count > 1 ? decoded(unquoted(halves[1])) : "")
    }
    return pairs.kept
  }

  private static func unquoted(_ text: Substring.UTF8View) -> String {
    var bare = ASCII.trimmed(text)
    let quote = UInt8(ascii: "\"")
    if bare.count >= 2, bare.first == quote, bare.last == quote {
      bare = bare.dropFirst().dropLast()
    }
    return String(decoding: bare, as: UTF8.self)
  }

  /// Undoes `%XX`; a plus sign stands for itself here, as in a caller's number.
  private static func decoded(_ text: String) -> String {
    let protected = text.utf8.flatMap { byte in
      byte == UInt8(ascii: "+") ? Array("%2B".utf8) : [byte]
    }
    return PercentEncoding.decode(protected[...])
  }
}
