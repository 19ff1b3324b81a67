/// Frames of RFC 6455, section 5.2, as a server writes them.
enum Frames {
  enum Opcode: UInt8 {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10
  }

  /// Appends one whole message.
  static func append(_ opcode: Opcode, _ payload: RawSpan, to bytes: inout [UInt8]) {
    bytes.append(0x80 | opcode.rawValue)
    let count = payload.byteCount
    switch count {
    case ..<126: bytes.append(UInt8(count))
    case ..<65_536: bytes += [126, UInt8(count >> 8), UInt8(count & 0xFF)]
    default: bytes += [127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
    }
    unsafe payload.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }
}

/// Frames as a server reads them, put together to messages.
struct FrameReader {
  enum Message {
    case none
    case text([UInt8])
    case binary
    case ping([UInt8])
    case pong
    case close
    /// The peer broke the protocol, or sent more than is taken.
    case violation
  }

  private static let mostBytes = 1 << 20
  private var bytes: [UInt8] = []
  private var read = 0
  private var parts: [UInt8] = []
  /// What the message that is being put together is.
  private var kind: Frames.Opcode?

  mutating func append(_ more: ArraySlice<UInt8>) {
    bytes.removeFirst(read)
    read = 0
    bytes += more
  }

  /// The next whole message that has come.
  mutating func next() -> Message {
    while true {
      guard let head = head() else { return .none }
      guard head.isLegal else { return .violation }
      guard bytes.count - read >= head.size + head.count else { return .none }
      let mask = Array(bytes[(read + head.size - 4)..<(read + head.size)])
      let start = read + head.size
      read = start + head.count
      let payload = (0..<head.count).map { bytes[start + $0] ^ mask[$0 & 3] }
      switch head.opcode {
      case .close: return .close
      case .ping: return .ping(payload)
      case .pong: return .pong
      case .continuation:
        guard kind != nil else { return .violation }
      case .text, .binary:
        guard kind == nil else { return .violation }
        kind = head.opcode
      }
      parts += payload
      guard parts.count <= Self.mostBytes else { return .violation }
      guard head.isFinal else { continue }
      let message = parts
      let isText = kind == .text
      parts = []
      kind = nil
      return isText ? .text(message) : .binary
    }
  }

  private struct Head {
    var opcode: Frames.Opcode
    var isFinal: Bool
    var isLegal: Bool
    /// Bytes of the head, the mask among them.
    var size: Int
    var count: Int
  }

  private func head() -> Head? {
    guard bytes.count - read >= 2 else { return nil }
    let first = bytes[read]
    let second = bytes[read + 1]
    let short = Int(second & 0x7F)
    let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
    guard bytes.count - read >= 2 + lengthBytes else { return nil }
    var count = UInt64(lengthBytes == 0 ? short : 0)
    for index in 0..<lengthBytes { count = count << 8 | UInt64(bytes[read + 2 + index]) }
    let opcode = Frames.Opcode(rawValue: first & 0x0F)
    let isControl = first & 0x08 != 0
    // Reserved bits, unknown kinds, frames without a mask, and control frames in pieces.
    let isLegal =
      opcode != nil && first & 0x70 == 0 && second & 0x80 != 0 && count <= UInt64(Self.mostBytes)
      && (!isControl || first & 0x80 != 0 && count < 126)
    return Head(
      opcode: opcode ?? .close, isFinal: first & 0x80 != 0, isLegal: isLegal,
      size: 6 + lengthBytes, count: isLegal ? Int(count) : 0)
  }
}
