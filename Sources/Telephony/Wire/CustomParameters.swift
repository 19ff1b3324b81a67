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
    var pairs = Pairs()
    collect(value, into: &pairs, mayDecode: true)
    return pairs.kept
  }

  /// The first pairs of those that are offered, and of these the ones that are short enough.
  struct Pairs {
    private(set) var kept: [String: String] = [:]
    private var offered = 0

    var isFull: Bool { offered >= maximumPairs }

    mutating func offer(_ name: String, _ value: String) {
      guard !isFull else { return }
      offered += 1
      // Before it is trimmed or hashed.
      guard max(name.utf8.count, value.utf8.count) <= maximumBytes else { return }
      let key = trimmed(name)
      if !key.isEmpty, kept[key] == nil { kept[key] = value }
    }
  }

  private static func collect(_ value: JSONValue?, into pairs: inout Pairs, mayDecode: Bool) {
    switch value {
    case .object(let members):
      for member in members.prefix(maximumPairs) {
        pairs.offer(member.name, member.value.text ?? "")
      }
    case .array(let elements):
      for element in elements where !pairs.isFull { collectPair(element, into: &pairs) }
    case .string(let text) where mayDecode:
      if let inner = try? JSONValue(text) {
        collect(inner, into: &pairs, mayDecode: false)
      } else {
        for item in URLQuery(text).items.prefix(maximumPairs) { pairs.offer(item.name, item.value) }
      }
    default: return
    }
  }

  private static func collectPair(_ element: JSONValue, into pairs: inout Pairs) {
    if case .array(let halves) = element, let name = halves.first?.text {
      pairs.offer(name, halves.dropFirst().first?.text ?? "")
    } else if let name = element["name"]?.text ?? element["key"]?.text, let value = element["value"]
    {
      pairs.offer(name, value.text ?? "")
    } else if case .object(let members) = element {
      for member in members.prefix(maximumPairs) {
        pairs.offer(member.name, member.value.text ?? "")
      }
    }
  }

  /// `text` without white space at its ends.
  static func trimmed(_ text: String) -> String {
    let bytes = ASCII.trimmed(text.utf8)
    guard (bytes.first ?? 0) >= 0x80 || (bytes.last ?? 0) >= 0x80 else {
      return String(Substring(bytes))
    }
    // The blanks of other alphabets. By scalars: by characters it costs a hundred times as much.
    var rest = Substring(bytes).unicodeScalars[...]
    while rest.first?.properties.isWhitespace == true { rest.removeFirst() }
    while rest.last?.properties.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}

extension StreamStart {
  /// The custom parameter `name`, also where the platform glued it: one was seen to turn
  /// `token=abc` into the key `token:abc` with an empty value.
  ///
  /// Letter case of the name does not matter. An exact key is preferred to a glued one.
  public func parameter(_ name: String) -> String? {
    let wanted = name.lowercased()
    let exact = customParameters.first {
      $0.key.utf8.count == wanted.utf8.count && $0.key.lowercased() == wanted && !$0.value.isEmpty
    }
    if let exact { return exact.value }
    // Sorted, so that the answer does not hang on a dictionary's order.
    for (key, value) in customParameters.sorted(by: { $0.key < $1.key }) {
      for text in [key, value] where ASCII.begins(text, with: wanted + ":") {
        let rest = text.utf8.dropFirst(wanted.utf8.count + 1)
        let bare = rest.last == UInt8(ascii: "=") ? rest.dropLast() : rest
        let glued = CustomParameters.trimmed(String(decoding: bare, as: UTF8.self))
        if !glued.isEmpty { return glued }
      }
    }
    return nil
  }
}
