/// What is wrong with a request, or an answer: the status that says so, and the words for people.
struct HTTPFault: Error, Equatable {
  let status: Int
  let reason: String

  init(_ status: Int, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  init(_ reason: String) { self.init(400, reason) }

  /// The words as the body of an answer.
  var sentence: String { reason.hasSuffix("?") ? reason : reason + "." }
}

/// Collects the head of an HTTP/1 message (RFC 9112) and says what is wrong with it as soon as it can be
/// seen. Each byte is looked at once.
struct HTTPHeadReader {
  /// Bytes of the first line: what RFC 9112, 3 recommends to take at least.
  static let lineLimit = 8_192
  /// Bytes of the head together.
  static let headLimit = 16_384
  /// Lines of the head.
  static let lineCountLimit = 128

  private var bytes: [UInt8] = []
  /// Where the lines are in `bytes`, without their ends.
  private var ranges: [Range<Int>] = []
  private var lineStart = 0
  private var hasReturn = false
  private var emptyLines = 0

  /// Whether nothing has come.
  var isEmpty: Bool { bytes.isEmpty && emptyLines == 0 }

  /// The first line; empty while it has not come.
  var firstLine: ArraySlice<UInt8> { ranges.first.map { bytes[$0] } ?? [] }

  /// Takes bytes.
  ///
  /// - Returns: how many of them belong to the head once it is complete; nil where more must come.
  mutating func take(_ input: UnsafeRawBufferPointer) throws(HTTPFault) -> Int? {
    for index in 0..<input.count {
      let byte = unsafe input[index]
      if byte == UInt8(ascii: "\n") {
        if try endLine() { return index + 1 }
        continue
      }
      guard !hasReturn else { throw HTTPFault("a carriage return stands alone") }
      switch byte {
      case UInt8(ascii: "\r"):
        hasReturn = true
        continue
      case 0x09, 0x20...0x7E, 0x80...0xFF: bytes.append(byte)
      default: throw HTTPFault("control characters are not HTTP")
      }
      if ranges.isEmpty, bytes.count > Self.lineLimit {
        throw HTTPFault(414, "the request line is over 8 KB")
      }
      if bytes.count > Self.headLimit { throw HTTPFault(431, "the headers are over 16 KB") }
    }
    return nil
  }

  /// A line ended; true when it was the head's last.
  private mutating func endLine() throws(HTTPFault) -> Bool {
    hasReturn = false
    if bytes.count == lineStart {
      if !ranges.isEmpty { return true }
      // RFC 9112, 2.2: one or two may stand in front, of careless clients.
      emptyLines += 1
      guard emptyLines <= 2 else { throw HTTPFault("empty lines are not HTTP") }
      return false
    }
    ranges.append(lineStart..<bytes.count)
    lineStart = bytes.count
    guard ranges.count <= Self.lineCountLimit else { throw HTTPFault(431, "too many headers") }
    return false
  }

  /// The header fields, in order; those of one name joined (RFC 9110, 5.2).
  func fields() throws(HTTPFault) -> HTTPHeaders {
    var headers = HTTPHeaders()
    for line in ranges.dropFirst().map({ bytes[$0] }) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
        throw HTTPFault("a header has no name")
      }
      // Also a fold of the line before, and a space in front of the colon: both hide headers.
      guard line[..<colon].allSatisfy(HTTPToken.isPart) else {
        throw HTTPFault("a header's name has characters that HTTP forbids")
      }
      headers.join(
        String(decoding: line[..<colon], as: UTF8.self), HTTPToken.trimmed(line[(colon + 1)...]))
    }
    return headers
  }
}

/// The words that HTTP is made of.
enum HTTPToken {
  /// Whether a byte may stand in a token (RFC 9110, 5.6.2).
  static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
    default: false
    }
  }

  /// Whether text is a token.
  static func isToken(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(isPart)
  }

  /// Text without the blanks around it.
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    let front = bytes.drop(while: isBlank)
    let end = front.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? front.startIndex
    return String(decoding: front[..<end], as: UTF8.self)
  }

  /// The items of a list in a header, trimmed, without empty ones.
  static func list(_ value: String?) -> [String] {
    (value ?? "").utf8.split(separator: UInt8(ascii: ",")).map { trimmed(ArraySlice(Array($0))) }
      .filter { !$0.isEmpty }
  }

  /// Whether a list in a header has an item, whatever its case.
  static func list(_ value: String?, has item: String) -> Bool {
    list(value).contains { $0.lowercased() == item }
  }
}
