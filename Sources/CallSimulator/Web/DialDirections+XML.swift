import Foundation

// What the answers of platforms that take XML have in common.
extension DialDirections {
  /// The root of an answer's XML; nil where there is none, which is said.
  mutating func response(in answer: WebAnswer, to what: String) -> XMLElement? {
    guard accepts(answer, to: what) else { return nil }
    if let type = answer.contentType, ["application/xml", "text/xml"].contains(type) {
      // As it should be.
    } else {
      object(
        "the answer is labelled \(answer.contentType ?? "with no type"); application/xml or text/xml is wanted"
      )
    }
    let root: XMLElement
    do { root = try XMLReader.read(answer.body) } catch {
      object("the answer is not XML: \(error)")
      return nil
    }
    guard root.name == "Response" else {
      object("the answer's root is <\(root.name)>; it has to be <Response>")
      return nil
    }
    return root
  }

  /// Says which attributes of an element nobody documents.
  mutating func judgeNames(of element: XMLElement, known: [String]) {
    for attribute in element.attributes where !known.contains(attribute.name) {
      let folded = attribute.name.lowercased().filter { $0 != "_" && $0 != "-" }
      let meant = known.first { $0.lowercased() == folded }
      object(
        "<\(element.name)> has the unknown attribute \(attribute.name)"
          + (meant.map { "; \($0) is meant" } ?? ""))
    }
  }

  /// The value of an attribute, or nil, which is said where it is none of `values`.
  mutating func choice(_ name: String, of values: [String], in element: XMLElement) -> String? {
    guard let value = element[name] else { return nil }
    if values.contains(value) { return value }
    let shown = BotText.excerpt(value.utf8)
    object(
      "<\(element.name)> has \(name)=\(shown); legal are \(values.joined(separator: ", "))")
    return values.first { $0.lowercased() == value.lowercased() }
  }

  /// Takes an address for callbacks from two attributes.
  mutating func takeStatus(_ urlName: String, _ methodName: String, in element: XMLElement) {
    let method = choice(methodName, of: ["GET", "POST"], in: element) ?? "POST"
    guard let url = element[urlName] else {
      if element[methodName] != nil { remark("\(methodName) without \(urlName) has no effect") }
      return
    }
    guard let parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme),
      parts.host?.isEmpty == false
    else {
      return object(
        "<\(element.name)> has \(urlName)=\(BotText.excerpt(url.utf8)), which is no http or https address"
      )
    }
    status = (url, method)
  }
}
