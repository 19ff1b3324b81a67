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
    let text = CustomParameters.trimmed(whole)
    guard text.hasPrefix("{") else {
      return pairs(text.split { $0 == ";" || $0 == "," }, separator: "=")
    }
    if let tree = try? JSONValue(text), case .object = tree { return CustomParameters.read(tree) }
    let inner = text.dropFirst().dropLast(text.hasSuffix("}") ? 1 : 0)
    return pairs(inner.split(separator: ","), separator: ":")
  }

  /// The text itself, where it is one and says anything.
  static func raw(_ value: JSONValue?) -> String? {
    guard case .string(let text)? = value, !text.isEmpty, text.utf8.count <= maximumBytes else {
      return nil
    }
    return text
  }

  private static func pairs(
    _ items: [Substring], separator: Character
  ) -> [String: String] {
    let pairs = items.prefix(CustomParameters.maximumPairs).compactMap { item in
      let halves = item.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
      let key = CustomParameters.trimmed(unquoted(halves[0]))
      guard !key.isEmpty else { return nil as (String, String)? }
      return (key, halves.count > 1 ? decoded(unquoted(halves[1])) : "")
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private static func unquoted(_ text: Substring) -> String {
    let bare = CustomParameters.trimmed(String(text))
    guard bare.count >= 2, bare.hasPrefix("\""), bare.hasSuffix("\"") else { return bare }
    return String(bare.dropFirst().dropLast())
  }

  /// Undoes `%XX`; a plus sign stands for itself here, as in a caller's number.
  private static func decoded(_ text: String) -> String {
    let protected = text.utf8.flatMap { byte in
      byte == UInt8(ascii: "+") ? Array("%2B".utf8) : [byte]
    }
    return PercentEncoding.decode(protected)
  }
}
