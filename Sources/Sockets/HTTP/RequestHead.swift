/// The head of a request, read and judged (RFC 9112).
struct RequestHead {
  /// How the body that follows is delimited.
  enum Body: Equatable {
    case none
    case length(Int)
    case chunked
  }

  let method: String
  /// Percent-decoded, beginning with a slash, without empty and dot segments.
  let path: String
  let query: [QueryItem]
  /// Path and query as they came.
  let target: String
  let headers: HTTPHeaders
  /// The last digit of HTTP/1.x.
  let minorVersion: Int
  let body: Body

  /// Reads a whole head.
  init(_ reader: HTTPHeadReader) throws(HTTPFault) {
    let words = reader.firstLine.split(
      separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
    guard words.count == 3, words[0].count <= 32, !words[0].isEmpty,
      words[0].allSatisfy(HTTPToken.isPart)
    else { throw HTTPFault("the request line is not HTTP") }
    method = String(decoding: words[0], as: UTF8.self)
    minorVersion = try Self.minorVersion(words[2])
    let fields = try reader.fields()
    let named = try Self.target(words[1], method: method)
    target = String(decoding: named.path, as: UTF8.self)
    let host = try Self.host(fields, minorVersion: minorVersion)
    var headers = fields
    // RFC 9112, 3.2.2: what an absolute target names goes before the header.
    if let authority = named.authority, authority != host { headers.replace("host", authority) }
    self.headers = headers
    let parts = named.path.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    path = try Self.path(parts[0])
    query = parts.count > 1 ? Self.query(parts[1]) : []
    body = try Self.body(fields, minorVersion: minorVersion)
  }

  private static func minorVersion(_ word: ArraySlice<UInt8>) throws(HTTPFault) -> Int {
    switch String(decoding: word, as: UTF8.self) {
    case "HTTP/1.1": return 1
    case "HTTP/1.0": return 0
    case let other where other.hasPrefix("HTTP/"):
      throw HTTPFault(505, "HTTP/1.1 is spoken here")
    default: throw HTTPFault("the request line is not HTTP")
    }
  }

  private static func target(
    _ word: ArraySlice<UInt8>, method: String
  ) throws(HTTPFault) -> (path: ArraySlice<UInt8>, authority: String?) {
    guard !word.contains(UInt8(ascii: "#")) else {
      throw HTTPFault("a fragment is not sent in a request")
    }
    if word.first == UInt8(ascii: "/") { return (word, nil) }
    if method == "OPTIONS", word.elementsEqual("*".utf8) { return (Array("/*".utf8)[...], nil) }
    // The absolute form, as proxies and some SDKs send it.
    let scheme = String(decoding: word.prefix(8), as: UTF8.self).lowercased()
    let count = ["https://", "http://", "wss://", "ws://"].first { scheme.hasPrefix($0) }?.utf8
      .count
    guard let count else { throw HTTPFault("the request's target must begin with a slash") }
    let rest = word.dropFirst(count)
    let end =
      rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    guard end > rest.startIndex else { throw HTTPFault("the request's target has no host") }
    let path = rest[end...]
    let isPath = path.first == UInt8(ascii: "/")
    return (
      isPath ? path : ([UInt8(ascii: "/")] + path)[...],
      String(decoding: rest[..<end], as: UTF8.self)
    )
  }

  /// RFC 9112, 3.2: one, and not several that are joined.
  private static func host(
    _ fields: HTTPHeaders, minorVersion: Int
  ) throws(HTTPFault) -> String? {
    guard let host = fields["host"] else {
      if minorVersion == 0 { return nil }
      throw HTTPFault("the header Host is missing")
    }
    guard !host.contains(",") else { throw HTTPFault("there is more than one Host") }
    return host
  }

  /// RFC 9112, 6: whoever could read the length in two ways refuses.
  private static func body(_ fields: HTTPHeaders, minorVersion: Int) throws(HTTPFault) -> Body {
    if let coding = fields["transfer-encoding"] {
      guard minorVersion == 1, fields["content-length"] == nil else {
        throw HTTPFault("Transfer-Encoding and Content-Length do not go together")
      }
      guard coding.lowercased() == "chunked" else {
        throw HTTPFault(501, "of transfer codings, chunked is known here")
      }
      return .chunked
    }
    guard let text = fields["content-length"] else { return .none }
    // The same one twice is one (RFC 9110, 8.6).
    let lengths = Set(HTTPToken.list(text))
    guard lengths.count == 1, let length = lengths.first, length.utf8.count <= 18,
      length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(length)
    else {
      // All digits, but too many: a length, and too large.
      let isNumber = lengths.count == 1 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
      throw isNumber && !text.isEmpty ? HTTPFault.bodyTooLarge : HTTPFault("Bad Content-Length")
    }
    guard count <= HTTPRequest.maximumBodySize else { throw HTTPFault.bodyTooLarge }
    return .length(count)
  }

  private static func path(_ bytes: ArraySlice<UInt8>) throws(HTTPFault) -> String {
    let decoded = decoded(bytes, plusIsBlank: false)
    guard !decoded.contains(0) else { throw HTTPFault("the path has a NUL") }
    var segments: [ArraySlice<UInt8>] = []
    for segment in decoded.split(separator: UInt8(ascii: "/")) {
      if segment.elementsEqual(".".utf8) { continue }
      if segment.elementsEqual("..".utf8) {
        _ = segments.popLast()
      } else {
        segments.append(segment)
      }
    }
    let slash = [UInt8(ascii: "/")]
    let isTree = decoded.last == UInt8(ascii: "/") && !segments.isEmpty
    return String(
      decoding: slash + segments.joined(separator: slash) + (isTree ? slash : []), as: UTF8.self)
  }

  /// Items of a query that are read; whoever judges a request looks at each of them.
  static let mostQueryItems = 256

  private static func query(_ bytes: ArraySlice<UInt8>) -> [QueryItem] {
    let items = bytes.split(separator: UInt8(ascii: "&"), maxSplits: mostQueryItems)
    return items.prefix(mostQueryItems).map { item in
      let parts = item.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      func text(_ part: ArraySlice<UInt8>) -> String {
        String(decoding: decoded(part, plusIsBlank: true), as: UTF8.self)
      }
      return QueryItem(name: text(parts[0]), value: parts.count > 1 ? text(parts[1]) : "")
    }
  }

  /// Bytes with their escapes resolved; a percent sign that begins none stands for itself.
  private static func decoded(_ bytes: ArraySlice<UInt8>, plusIsBlank: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%"), index + 2 < bytes.endIndex,
        let high = hexadecimal(bytes[index + 1]), let low = hexadecimal(bytes[index + 2])
      {
        result.append(high << 4 | low)
        index += 3
      } else {
        result.append(plusIsBlank && byte == UInt8(ascii: "+") ? 0x20 : byte)
        index += 1
      }
    }
    return result
  }
}

extension HTTPFault {
  static let bodyTooLarge = HTTPFault(413, "Body over 64 KiB")
}

/// The value of a hexadecimal digit.
func hexadecimal(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}
