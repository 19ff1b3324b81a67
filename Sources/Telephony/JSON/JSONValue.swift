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

  /// How much of a text a tree keeps, so that neither its memory nor the time to make it is the writer's
  /// to choose.
  package struct Limits: Sendable {
    /// A text with more members and elements than this, in all, is refused.
    var values: Int
    /// Of one object or array the first this many are kept; the rest is checked and left out.
    var members: Int
    /// Bytes of names and texts, as they are written; a member or element whose own would exceed what
    /// is left is checked and left out.
    var text: Int

    /// For what is not read on the thread that carries calls.
    package static let document = Limits(values: 4_096, members: .max, text: .max)
    /// For a platform's messages, of which anybody can send the first: several times what a `start` of
    /// any platform holds.
    package static let message = Limits(
      values: MediaEnvelope.mostItems, members: 64, text: 16_384)
  }

  /// Reads the whole of `text`.
  ///
  /// - Throws: what is wrong with it; ``MalformedKind/tooLarge`` beyond ``Limits/values``.
  package init(_ text: RawSpan, _ limits: Limits = .document) throws(MalformedKind) {
    var scanner = JSONScanner(text, mostItems: limits.values)
    scanner.beginText()
    guard scanner.offset < text.byteCount else { throw .empty }
    var left = limits
    self = try Self.value(&scanner, depth: 0, &left) ?? .null
    try scanner.finish()
  }

  /// Reads the whole of `text`.
  package init(_ text: String) throws(MalformedKind) {
    let bytes = Array(text.utf8)
    try unsafe self.init(bytes.span.bytes)
  }

  /// The value that starts here, or nil where it was passed over, being longer than may be kept.
  private static func value(
    _ scanner: inout JSONScanner, depth: Int, _ left: inout Limits
  ) throws(MalformedKind) -> JSONValue? {
    guard depth <= JSONScanner.maximumDepth else { throw .tooDeep }
    if scanner.current == UInt8(ascii: "\"") {
      return text(try scanner.string(), in: scanner, &left).map { .string($0) }
    }
    var isFirst = true
    if scanner.beginObject() {
      var members: [Member] = []
      while let key = try scanner.nextKey(isFirst: &isFirst) {
        guard members.count < left.members, let name = text(key, in: scanner, &left) else {
          try scanner.skipValue(depth: depth + 1)
          continue
        }
        if let kept = try value(&scanner, depth: depth + 1, &left) {
          members.append(Member(name, kept))
        }
      }
      return .object(members)
    }
    if scanner.beginArray() {
      var elements: [JSONValue] = []
      while try scanner.nextElement(isFirst: &isFirst) {
        guard elements.count < left.members else {
          try scanner.skipValue(depth: depth + 1)
          continue
        }
        if let kept = try value(&scanner, depth: depth + 1, &left) { elements.append(kept) }
      }
      return .array(elements)
    }
    let literal = JSONString(range: try scanner.bareword(), hasEscapes: false)
    guard let word = text(literal, in: scanner, &left) else { return nil }
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: return .number(word)
    }
  }

  private static func text(
    _ literal: JSONString, in scanner: borrowing JSONScanner, _ left: inout Limits
  ) -> String? {
    guard literal.range.count <= left.text else { return nil }
    left.text -= literal.range.count
    return JSONText.string(literal, in: scanner)
  }
}

extension JSONValue {
  /// The member of an object whose name is `name`, in snake_case, best spelling first: exact, then
  /// camelCase, then with letter case and separators aside; among equals the first. Else nil.
  package subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    var found: (value: JSONValue, rank: Int)?
    for member in members where ASCII.areAlike(member.name, name) {
      let rank = Self.rank(of: member.name, for: name)
      if rank < found?.rank ?? .max { found = (member.value, rank) }
    }
    return found?.value
  }

  /// How well `spelling`, which is like `name`, fits it; less is better.
  private static func rank(of spelling: String, for name: String) -> Int {
    if spelling == name { return 0 }
    let words = name.split(separator: "_")
    let camel = words.dropFirst().reduce(words.first.map(String.init) ?? "") {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
    return spelling == camel ? 1 : 2
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
