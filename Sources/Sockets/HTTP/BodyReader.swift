/// Collects the body of a message (RFC 9112, 6 and 7.1), of chunks at most `limit` bytes.
struct BodyReader {
  private enum Phase {
    /// The bytes of a body or of a chunk.
    case bytes(left: Int)
    /// A chunk's size, digits first, up to its line's end.
    case size(value: Int, digits: Int, isInExtension: Bool)
    /// The line's end behind a chunk.
    case chunkEnd
    /// Fields behind the last chunk, which are dropped.
    case trailer(lineLength: Int)
    case done
  }

  /// Bytes of chunks' extensions and of trailers, together.
  private static let frameLimit = 4_096

  private(set) var body: [UInt8] = []
  private let isChunked: Bool
  private let limit: Int
  private var phase: Phase
  /// What came beside the body's bytes: of many tiny chunks as well, each of which costs a step.
  private var frameBytes = 0

  init(_ kind: RequestHead.Body, limit: Int = HTTPRequest.maximumBodySize) {
    self.limit = limit
    switch kind {
    case .none:
      isChunked = false
      phase = .done
    case .length(let count):
      isChunked = false
      phase = count == 0 ? .done : .bytes(left: count)
    case .chunked:
      isChunked = true
      phase = .size(value: 0, digits: 0, isInExtension: false)
    }
  }

  var isComplete: Bool { if case .done = phase { true } else { false } }

  /// Takes bytes; those behind the body's end are left alone.
  mutating func take(_ input: UnsafeRawBufferPointer) throws(HTTPFault) {
    var index = 0
    while index < input.count {
      switch phase {
      case .done: return
      case .bytes(let left):
        let count = min(left, input.count - index)
        unsafe body.append(contentsOf: input[index..<(index + count)])
        index += count
        if count < left {
          phase = .bytes(left: left - count)
        } else {
          phase = isChunked ? .chunkEnd : .done
        }
      default:
        try step(unsafe input[index])
        index += 1
      }
    }
  }

  private mutating func step(_ byte: UInt8) throws(HTTPFault) {
    frameBytes += 1
    // A byte of each chunk at least is the body's.
    guard frameBytes <= Self.frameLimit + 8 * body.count else {
      throw HTTPFault("the chunks of the body hold nothing")
    }
    switch phase {
    case .size(let value, let digits, let isInExtension):
      try takeSize(byte, value, digits, isInExtension)
    case .chunkEnd:
      if byte == UInt8(ascii: "\r") { return }
      guard byte == UInt8(ascii: "\n") else { throw HTTPFault("a chunk is longer than it says") }
      phase = .size(value: 0, digits: 0, isInExtension: false)
    case .trailer(let lineLength):
      if byte == UInt8(ascii: "\r") { return }
      if byte == UInt8(ascii: "\n") {
        phase = lineLength == 0 ? .done : .trailer(lineLength: 0)
      } else {
        phase = .trailer(lineLength: lineLength + 1)
      }
    case .bytes, .done: break
    }
  }

  private mutating func takeSize(
    _ byte: UInt8, _ value: Int, _ digits: Int, _ isInExtension: Bool
  ) throws(HTTPFault) {
    if byte == UInt8(ascii: "\n") {
      guard digits > 0 else { throw HTTPFault("a chunk has no size") }
      guard body.count + value <= limit else { throw HTTPFault.bodyTooLarge }
      phase = value == 0 ? .trailer(lineLength: 0) : .bytes(left: value)
    } else if !isInExtension, let digit = hexadecimal(byte) {
      guard digits < 8 else { throw HTTPFault.bodyTooLarge }
      phase = .size(value: value << 4 | Int(digit), digits: digits + 1, isInExtension: false)
    } else {
      let endsSize = [UInt8(ascii: ";"), UInt8(ascii: "\r"), 0x20, 0x09].contains(byte)
      guard isInExtension || (digits > 0 && endsSize) else {
        throw HTTPFault("a chunk's size is not hexadecimal")
      }
      phase = .size(value: value, digits: digits, isInExtension: true)
    }
  }
}
