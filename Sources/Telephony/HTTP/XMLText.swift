/// Reads single values out of the small XML answers of REST APIs: no attributes, no namespaces, no
/// entities but the five of the standard and numbers; and says what text has to become to stand in XML.
///
/// Not a validator: it finds an element by name and gives its text. Never fails, never expands anything
/// beyond its own length.
package enum XMLText {
  /// The text of the first element called `name`, letter case aside; nil where there is none, where
  /// it is not closed, or where it holds other elements.
  static func first(_ name: String, in text: String) -> String? {
    let wanted = name.lowercased()
    var rest = text[...]
    while let open = rest.firstIndex(of: "<") {
      rest = rest[rest.index(after: open)...]
      guard let close = rest.firstIndex(of: ">") else { return nil }
      let tag = rest[..<close]
      rest = rest[rest.index(after: close)...]
      let label = tag.prefix { !$0.isWhitespace && $0 != "/" }
      guard label.lowercased() == wanted, !tag.hasPrefix("/") else { continue }
      if tag.hasSuffix("/") { return "" }
      guard let end = rest.firstIndex(of: "<") else { return nil }
      let closing = rest[rest.index(after: end)...].lowercased()
      return closing.hasPrefix("/" + wanted) ? unescaped(rest[..<end]) : nil
    }
    return nil
  }

  /// `text` fit to stand in an element or between an attribute's quotes; what XML 1.0 has no way to write,
  /// control characters above all, is left out.
  package static func escaped(_ text: String) -> String {
    var plain = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": plain += "&amp;"
      case "<": plain += "&lt;"
      case ">": plain += "&gt;"
      case "\"": plain += "&quot;"
      case "'": plain += "&apos;"
      case "\t", "\n", "\r", " "..."\u{FFFD}", "\u{10000}"...:
        plain.unicodeScalars.append(character)
      default: break
      }
    }
    return plain
  }

  private static func unescaped(_ text: Substring) -> String {
    var plain = ""
    var rest = text
    while let ampersand = rest.firstIndex(of: "&") {
      plain += rest[..<ampersand]
      rest = rest[rest.index(after: ampersand)...]
      let name = rest.prefix(8).prefix { $0 != ";" }
      guard let character = entity(name), rest.dropFirst(name.count).first == ";" else {
        plain.append("&")
        continue
      }
      plain.append(character)
      rest = rest.dropFirst(name.count + 1)
    }
    return plain + rest
  }

  private static func entity(_ name: Substring) -> Character? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.hasPrefix("#") else { return nil }
      let digits = name.dropFirst()
      let isHexadecimal = digits.hasPrefix("x") || digits.hasPrefix("X")
      let number = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init).map(Character.init)
    }
  }
}
