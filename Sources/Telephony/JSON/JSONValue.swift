/// A JSON text as a tree, for the rare messages: `start`, `stop`, REST answers, callbacks.
///
/// Numbers keep their text, so that no digit is lost and nothing overflows. Members keep their
/// order. Media never comes here.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One name and its value.
  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: JSONValue

    /// Makes a member.
    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// A text with more values than this is refused, so that a tree's memory is bounded.
  package static let maximumValues = 4_096

  /// Reads the whole of `text`, of which `maximumValues` may lower the limit.
  ///
  /// - Throws: what is wrong with it; ``MalformedKind/tooLarge`` beyond `maximumValues`.
  package init(
    _ text: RawSpan, maximumValues: Int = JSONValue.maximumValues
  ) throws(MalformedKind) {
    var scanner = JSONScanner(text)
    scanner.beginText()
    guard scanner.offset < text.byteCount else { throw .empty }
    var budget = maximumValues
    self = try Self.value(&scanner, depth: 0, &budget)
    try scanner.finish()
  }

  /// Reads the whole of `text`.
  package init(_ text: String) throws(MalformedKind) {
    let bytes = Array(text.utf8)
    try unsafe self.init(bytes.span.bytes)
  }

  private static func value(
    _ scanner: inout JSONScanner, depth: Int, _ budget: inout Int
  ) throws(MalformedKind) -> JSONValue {
    guard depth <= JSONScanner.maximumDepth else { throw .tooDeep }
    budget -= 1
    guard budget >= 0 else { throw .tooLarge }
    if scanner.current == UInt8(ascii: "\"") {
      return .string(JSONText.string(try scanner.string(), in: scanner))
    }
    var isFirst = true
    if scanner.beginObject() {
      var members: [Member] = []
      while let key = try scanner.nextKey(isFirst: &isFirst) {
        let name = JSONText.string(key, in: scanner)
        members.append(Member(name, try value(&scanner, depth: depth + 1, &budget)))
      }
      return .object(members)
    }
    if scanner.beginArray() {
      var elements: [JSONValue] = []
      while try scanner.nextElement(isFirst: &isFirst) {
        elements.append(try value(&scanner, depth: depth + 1, &budget))
      }
      return .array(elements)
    }
    let word = JSONText.string(
      JSONString(range: try scanner.bareword(), hasEscapes: false), in: scanner)
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: return .number(word)
    }
  }
}

extension JSONValue {
  /// The member of an object whose name is `name`, in snake_case, best spelling first: exact, then
  /// camelCase, then with letter case and separators aside; among equals the first. Else nil.
  package subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    if let exact = members.first(where: { $0.name == name }) { return exact.value }
    let words = name.split(separator: "_")
    let camel = words.dropFirst().reduce(words.first.map(String.init) ?? "") {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
    if let same = members.first(where: { $0.name == camel }) { return same.value }
    let folded = ASCII.folded(name)
    // Separators are few: a name that is much longer is another.
    return members.first {
      $0.name.utf8.count <= 2 * name.utf8.count && ASCII.folded($0.name) == folded
    }?.value
  }

  /// The text of a string, number or boolean; nil of anything else.
  package var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  /// The text, where it is not empty.
  package var nonEmptyText: String? { text.flatMap { $0.isEmpty ? nil : $0 } }

  /// The whole number that a string or number begins with.
  package var integer: Int? { text.flatMap(LenientNumber.integer) }
}

extension JSONValue {
  /// The value as compact JSON.
  package var json: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let text): text
    case .string(let text): JSONText.quoted(text)
    case .array(let elements): "[" + elements.map(\.json).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { JSONText.quoted($0.name) + ":" + $0.value.json }.joined(separator: ",")
        + "}"
    }
  }
}
