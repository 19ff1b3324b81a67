/// Reads `multipart/form-data` bodies, RFC 7578, as far as callbacks use them: text fields.
enum MultipartForm {
  /// More parts than this are not read.
  static let maximumParts = 256

  /// The fields of `body` in order, or nil where no `boundary` is in it. A part without a name is
  /// left out; one with a file name gives its content like any other.
  static func fields(_ body: [UInt8], boundary: String) -> [URLQuery.Item]? {
    let delimiter = Array("--\(boundary)".utf8)
    guard let first = body.firstRange(of: delimiter) else { return nil }
    var fields: [URLQuery.Item] = []
    var rest = body[first.upperBound...]
    for _ in 0..<maximumParts {
      guard let end = rest.firstRange(of: delimiter) else { break }
      if let field = field(rest[..<end.lowerBound]) { fields.append(field) }
      rest = rest[end.upperBound...]
    }
    return fields
  }

  /// The `boundary` parameter of a content type without its quotes; RFC 2046 allows 70 characters.
  static func boundary(contentType: String) -> String? {
    let parameters = contentType.split(separator: ";").dropFirst()
    for parameter in parameters {
      let halves = parameter.split(separator: "=", maxSplits: 1)
      guard halves.count == 2, ASCII.folded(halves[0]) == "boundary" else { continue }
      let bare = CustomParameters.trimmed(String(halves[1])).filter { $0 != "\"" }
      return (1...70).contains(bare.utf8.count) ? bare : nil
    }
    return nil
  }

  /// The name and value of one part: `CRLF headers CRLF CRLF value CRLF`, bare LF taken too.
  private static func field(_ part: ArraySlice<UInt8>) -> URLQuery.Item? {
    let blank = [Array("\r\n\r\n".utf8), Array("\n\n".utf8)].lazy
      .compactMap { part.firstRange(of: $0) }.first
    guard let blank else { return nil }
    var value = part[blank.upperBound...]
    if value.last == 0x0A { value.removeLast() }
    if value.last == 0x0D { value.removeLast() }
    let headers = String(decoding: part[..<blank.lowerBound], as: UTF8.self)
    guard let name = name(headers) else { return nil }
    return URLQuery.Item(name: name, value: String(decoding: value, as: UTF8.self))
  }

  /// The `name` parameter of the part's `Content-Disposition`.
  private static func name(_ headers: String) -> String? {
    for line in headers.split(whereSeparator: \.isNewline)
    where line.lowercased().hasPrefix("content-disposition:") {
      for parameter in line.split(separator: ";").dropFirst() {
        let halves = parameter.split(separator: "=", maxSplits: 1)
        guard halves.count == 2, CustomParameters.trimmed(String(halves[0])).lowercased() == "name"
        else { continue }
        return CustomParameters.trimmed(String(halves[1])).filter { $0 != "\"" }
      }
    }
    return nil
  }
}
