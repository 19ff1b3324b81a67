/// An element of a document that a stranger wrote.
struct XMLElement: Hashable, Sendable {
  let name: String
  /// In order; no name comes twice.
  let attributes: [Attribute]
  var children: [XMLElement] = []
  /// The text directly inside, without that of children.
  var text = ""

  struct Attribute: Hashable, Sendable {
    let name: String
    let value: String
  }

  subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
}

/// Why a text is not the XML that a platform reads.
struct XMLFault: Error, Hashable, CustomStringConvertible {
  let line: Int
  let reason: String

  var description: String { "line \(line): \(reason)" }
}

/// Reads a small document of elements, attributes and text: what platforms take as instructions. Bounded in
/// size, depth and elements; no document type, so that nothing is expanded and nothing is fetched.
struct XMLReader {
  /// The largest document that platforms document.
  static let mostBytes = 100_000
  private static let mostDepth = 32
  private static let mostElements = 1_000

  private let bytes: [UInt8]
  private var place = 0
  private var elements = 0

  /// The root element.
  static func read(_ bytes: [UInt8]) throws(XMLFault) -> XMLElement {
    guard bytes.count <= mostBytes else {
      throw XMLFault(line: 1, reason: "more than \(mostBytes.grouped) bytes")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw XMLFault(line: 1, reason: "not UTF-8")
    }
    var reader = XMLReader(bytes: bytes)
    return try reader.document()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func document() throws(XMLFault) -> XMLElement {
    _ = take("\u{FEFF}")
    try skipMisc()
    guard take("<") else { throw fault("no element: an answer begins with < and a name") }
    let root = try element(depth: 1)
    try skipMisc()
    guard place == bytes.count else { throw fault("something follows the root element") }
    return root
  }

  /// Blanks, comments and processing instructions, outside of the root.
  private mutating func skipMisc() throws(XMLFault) {
    while true {
      skipBlanks()
      if take("<!--") {
        _ = try until("-->", "a comment")
      } else if take("<?") {
        _ = try until("?>", "a processing instruction")
      } else if take("<!") {
        throw fault("a document type, which no platform's instructions have")
      } else {
        return
      }
    }
  }

  /// The rest of an element whose `<` has been taken.
  private mutating func element(depth: Int) throws(XMLFault) -> XMLElement {
    elements += 1
    guard depth <= Self.mostDepth, elements <= Self.mostElements else {
      throw fault("too many elements, or too deep")
    }
    let name = try name("an element")
    var attributes: [XMLElement.Attribute] = []
    while true {
      let hadBlank = skipBlanks()
      if take("/>") { return XMLElement(name: name, attributes: attributes) }
      if take(">") { break }
      guard hadBlank else { throw fault("no blank before an attribute of <\(name)>") }
      let attribute = try attribute(of: name)
      guard !attributes.contains(where: { $0.name == attribute.name }) else {
        throw fault("<\(name)> has the attribute \(attribute.name) twice")
      }
      attributes.append(attribute)
    }
    var element = XMLElement(name: name, attributes: attributes)
    try content(of: &element, depth: depth)
    return element
  }

  private mutating func content(of element: inout XMLElement, depth: Int) throws(XMLFault) {
    while true {
      let begin = place
      while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
      element.text += try unescaped(bytes[begin..<place])
      if take("</") {
        let name = try name("a closing tag")
        skipBlanks()
        guard name == element.name, take(">") else {
          throw fault("</\(name)> does not close <\(element.name)>")
        }
        return
      } else if take("<!--") {
        _ = try until("-->", "a comment")
      } else if take("<![CDATA[") {
        element.text += String(decoding: try until("]]>", "a CDATA section"), as: UTF8.self)
      } else if take("<?") {
        _ = try until("?>", "a processing instruction")
      } else if take("<") {
        element.children.append(try self.element(depth: depth + 1))
      } else {
        throw fault("<\(element.name)> is not closed")
      }
    }
  }

  private mutating func attribute(of element: String) throws(XMLFault) -> XMLElement.Attribute {
    let name = try name("an attribute of <\(element)>")
    skipBlanks()
    guard take("=") else { throw fault("the attribute \(name) has no value") }
    skipBlanks()
    guard let quote = bytes[place...].first,
      [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(quote)
    else { throw fault("the value of \(name) has no quotes") }
    place += 1
    let mark = String(decoding: [quote], as: UTF8.self)
    let value = try until(mark, "the value of \(name)")
    guard !value.contains(UInt8(ascii: "<")) else { throw fault("a < in the value of \(name)") }
    return XMLElement.Attribute(name: name, value: try unescaped(value))
  }

  private mutating func name(_ what: String) throws(XMLFault) -> String {
    let begin = place
    while place < bytes.count, Self.isOfName(bytes[place]) { place += 1 }
    let name = bytes[begin..<place]
    guard let first = name.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "."),
      !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { throw fault("\(what) without a name") }
    return String(decoding: name.prefix(100), as: UTF8.self)
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."), UInt8(ascii: ":"), 0x80...:
      true
    default: false
    }
  }

  private func unescaped(_ text: ArraySlice<UInt8>) throws(XMLFault) -> String {
    guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
    var plain: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "&") else {
        plain.append(byte)
        continue
      }
      let entity = rest.prefix(10).prefix { $0 != UInt8(ascii: ";") }
      guard entity.count < rest.count, entity.count < 10,
        let character = Self.character(String(decoding: entity, as: UTF8.self))
      else { throw fault("a & that begins no entity: write &amp;") }
      plain += String(character).utf8
      rest = rest.dropFirst(entity.count + 1)
    }
    return String(decoding: plain, as: UTF8.self)
  }

  private static func character(_ entity: String) -> Character? {
    switch entity {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard entity.hasPrefix("#") else { return nil }
      let digits = entity.dropFirst()
      let number =
        digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init).map(Character.init)
    }
  }

  @discardableResult
  private mutating func skipBlanks() -> Bool {
    let begin = place
    while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    return place > begin
  }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[place...].starts(with: text.utf8) else { return false }
    place += text.utf8.count
    return true
  }

  /// What stands before `mark`, and goes behind it.
  private mutating func until(_ mark: String, _ what: String) throws(XMLFault) -> ArraySlice<UInt8>
  {
    let begin = place
    while place < bytes.count {
      let end = place
      if take(mark) { return bytes[begin..<end] }
      place += 1
    }
    place = begin
    throw fault("\(what) has no end")
  }

  private func fault(_ reason: String) -> XMLFault {
    let line = bytes[..<place].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    return XMLFault(line: line, reason: reason)
  }
}
