/// Reads `multipart/form-data` bodies, RFC 7578, as far as callbacks use them: text fields.
///
/// One pass by lines, since a delimiter begins one (RFC 2046, 5.1.1): the work is linear in the body,
/// whatever the boundary is.
enum MultipartForm {
  /// More parts than this are not read.
  static let maximumParts = 256
  /// Longer header lines of a part are passed over.
  static let maximumHeaderBytes = 1_024

  /// The fields of `body` in order, or nil where no `boundary` is in it. A part without a name is
  /// left out; one with a file name gives its content like any other.
  static func fields<Bytes: RandomAccessCollection<UInt8>>(
    _ body: Bytes, boundary: String
  ) -> [URLQuery.Item]? where Bytes.Index == Int {
    let delimiter = Array("--\(boundary)".utf8)
    var fields: [URLQuery.Item] = []
    var parts = 0
    var part: Part?
    var start = body.startIndex
    while start < body.endIndex, parts <= maximumParts {
      let end = body[start...].firstIndex(of: 0x0A) ?? body.endIndex
      let line = body[start..<end]
      if isDelimiter(line, delimiter) {
        if let field = part?.field(of: body, endingBefore: start) { fields.append(field) }
        part = Part()
        parts += 1
      } else {
        part?.read(line, next: min(end + 1, body.endIndex))
      }
      start = end + 1
    }
    return part == nil ? nil : fields
  }

  /// The `boundary` parameter of a content type without its quotes; RFC 2046 allows 70 characters.
  static func boundary(contentType: String) -> String? {
    guard
      let value = parameter("boundary", of: Array(contentType.utf8.prefix(maximumHeaderBytes))[...])
    else { return nil }
    return (1...70).contains(value.utf8.count) ? value : nil
  }

  private static func isDelimiter<Line: Collection<UInt8>>(
    _ line: Line, _ delimiter: [UInt8]
  ) -> Bool {
    line.starts(with: delimiter)
      && line.dropFirst(delimiter.count).allSatisfy { $0 <= 0x20 || $0 == UInt8(ascii: "-") }
  }

  /// The value of a header's parameter `name`, a word in lower case, without quotes and blanks.
  fileprivate static func parameter<Bytes: BidirectionalCollection<UInt8>>(
    _ name: StaticString, of header: Bytes
  ) -> String? {
    let wanted = "\(name)"
    for parameter in header.split(separator: UInt8(ascii: ";")).dropFirst() {
      let halves = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1)
      guard halves.count == 2, ASCII.folded(halves[0]) == wanted else { continue }
      let value = ASCII.trimmed(halves[1]).filter { $0 != UInt8(ascii: "\"") }
      return String(decoding: value, as: UTF8.self)
    }
    return nil
  }
}

/// One part: `headers CRLF CRLF value CRLF`, bare LF taken too.
private struct Part {
  private static let disposition = Array("content-disposition:".utf8)

  private var name: String?
  /// Where its value begins, once the blank line has come.
  private var valueStart: Int?

  mutating func read<Line: BidirectionalCollection<UInt8>>(_ line: Line, next: Int) {
    guard valueStart == nil else { return }
    if line.isEmpty || line.count == 1 && line.first == 0x0D {
      valueStart = next
    } else if name == nil, line.count <= MultipartForm.maximumHeaderBytes,
      line.prefix(Self.disposition.count).map(ASCII.lowercased) == Self.disposition
    {
      name = MultipartForm.parameter("name", of: line)
    }
  }

  func field<Bytes: RandomAccessCollection<UInt8>>(
    of body: Bytes, endingBefore end: Int
  ) -> URLQuery.Item? where Bytes.Index == Int {
    guard let name, let valueStart else { return nil }
    var value = body[valueStart..<max(end, valueStart)]
    if value.last == 0x0A { value.removeLast() }
    if value.last == 0x0D { value.removeLast() }
    return URLQuery.Item(name: name, value: String(decoding: value, as: UTF8.self))
  }
}
