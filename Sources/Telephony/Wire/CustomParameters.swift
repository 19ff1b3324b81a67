/// The parameters that an operator put on a stream, in the shapes that platforms hand them on.
enum CustomParameters {
  /// More pairs than this are not kept.
  static let maximumPairs = 64
  /// Pairs with a longer name or value are not kept.
  static let maximumBytes = 4_096

  /// Reads an object, an array of pairs (`["k","v"]`, `{"name": "k", "value": "v"}` or `{"k": "v"}`), a string
  /// that holds one of these as JSON, or a string like a URL's query. Keys are trimmed; of two
  /// equal ones the first stays. Anything else gives no parameters.
  static func read(_ value: JSONValue?) -> [String: String] {
    var pairs: [(String, String)] = []
    collect(value, into: &pairs, mayDecode: true)
    let bounded = pairs.prefix(maximumPairs).map { (trimmed($0), $1) }
    let kept = bounded.filter { name, value in
      !name.isEmpty && max(name.utf8.count, value.utf8.count) <= maximumBytes
    }
    return Dictionary(kept) { first, _ in first }
  }

  private static func collect(
    _ value: JSONValue?, into pairs: inout [(String, String)], mayDecode: Bool
  ) {
    switch value {
    case .object(let members):
      pairs += members.map { ($0.name, $0.value.text ?? "") }
    case .array(let elements):
      for element in elements { collectPair(element, into: &pairs) }
    case .string(let text) where mayDecode:
      if let inner = try? JSONValue(text) {
        collect(inner, into: &pairs, mayDecode: false)
      } else {
        pairs += URLQuery(text).items.map { ($0.name, $0.value) }
      }
    default: return
    }
  }

  private static func collectPair(_ element: JSONValue, into pairs: inout [(String, String)]) {
    if case .array(let halves) = element, let name = halves.first?.text {
      pairs.append((name, halves.dropFirst().first?.text ?? ""))
    } else if let name = element["name"]?.text ?? element["key"]?.text, let value = element["value"]
    {
      pairs.append((name, value.text ?? ""))
    } else if case .object(let members) = element {
      pairs += members.map { ($0.name, $0.value.text ?? "") }
    }
  }

  /// `text` without white space at its ends.
  static func trimmed(_ text: String) -> String {
    let front = text.drop(while: \.isWhitespace)
    let back = front.reversed().drop(while: \.isWhitespace)
    return String(back.reversed())
  }
}

extension StreamStart {
  /// The custom parameter `name`, also where the platform glued it: Exotel was seen to turn
  /// `token=abc` into the key `token:abc` with an empty value.
  ///
  /// Letter case of the name does not matter. An exact key is preferred to a glued one.
  public func parameter(_ name: String) -> String? {
    let wanted = name.lowercased()
    let exact = customParameters.first { $0.key.lowercased() == wanted && !$0.value.isEmpty }
    if let exact { return exact.value }
    // Sorted, so that the answer does not hang on a dictionary's order.
    for (key, value) in customParameters.sorted(by: { $0.key < $1.key }) {
      for text in [key, value] where text.lowercased().hasPrefix(wanted + ":") {
        let rest = text.dropFirst(wanted.count + 1)
        let glued = CustomParameters.trimmed(String(rest.last == "=" ? rest.dropLast() : rest))
        if !glued.isEmpty { return glued }
      }
    }
    return nil
  }
}
