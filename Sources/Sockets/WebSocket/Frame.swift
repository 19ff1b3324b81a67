/// What a frame is (RFC 6455, 5.2).
enum Opcode: UInt8 {
  case continuation = 0
  case text = 1
  case binary = 2
  case close = 8
  case ping = 9
  case pong = 10

  var isControl: Bool { rawValue >= 8 }
}

/// The head of a frame.
struct FrameHead {
  /// The most bytes that a head has.
  static let limit = 14
  /// What control frames carry at most (5.5).
  static let controlLimit = 125

  let opcode: Opcode
  let isFinal: Bool
  let byteCount: Int
  /// In the order of the wire; nil where the payload is not masked.
  let mask: UInt32?

  /// Puts a head in front of a message, which is masked where a mask is given: the whole frame. ``limit``
  /// bytes in front of the payload may be written.
  static func put(
    _ opcode: Opcode, mask: UInt32?, before payload: UnsafeMutableRawBufferPointer
  ) -> UnsafeMutableRawBufferPointer {
    let count = payload.count
    let extended = count < 126 ? 0 : count < 65_536 ? 2 : 8
    let byteCount = 2 + extended + (mask == nil ? 0 : 4)
    guard let first = payload.baseAddress else { return unsafe payload }
    let start = unsafe first - byteCount
    unsafe start.storeBytes(of: 0x80 | opcode.rawValue, as: UInt8.self)
    let length = extended == 0 ? UInt8(count) : extended == 2 ? 126 : 127
    unsafe start.storeBytes(of: length | (mask == nil ? 0 : 0x80), toByteOffset: 1, as: UInt8.self)
    if extended == 2 {
      unsafe start.storeBytes(of: UInt16(count).bigEndian, toByteOffset: 2, as: UInt16.self)
    } else if extended == 8 {
      unsafe start.storeBytes(of: UInt64(count).bigEndian, toByteOffset: 2, as: UInt64.self)
    }
    if let mask {
      unsafe start.storeBytes(of: mask, toByteOffset: byteCount - 4, as: UInt32.self)
      unsafe applyMask(mask, to: payload, at: 0)
    }
    return unsafe UnsafeMutableRawBufferPointer(start: start, count: byteCount + count)
  }
}

/// Masks a payload, or unmasks it (5.3), at 32 bytes a step, then eight.
///
/// - Parameters:
///   - mask: in the order of the wire.
///   - bytes: a part of the payload.
///   - offset: where in the payload it begins.
func applyMask(_ mask: UInt32, to bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
  let shift = UInt32(offset & 3) * 8
  // As the bytes lie in memory: the wire's first is the lowest.
  let turned = UInt32(littleEndian: mask)
  let key = shift == 0 ? turned : turned >> shift | turned << (32 - shift)
  let wide = UInt64(key) << 32 | UInt64(key)
  var index = 0
  if let start = bytes.baseAddress {
    let widest = SIMD4(repeating: wide)
    while index + 32 <= bytes.count {
      let piece = unsafe (start + index).loadUnaligned(as: SIMD4<UInt64>.self)
      unsafe (start + index).storeBytes(of: piece ^ widest, as: SIMD4<UInt64>.self)
      index += 32
    }
  }
  while index + 8 <= bytes.count {
    let word = unsafe UInt64(
      littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    unsafe bytes.storeBytes(of: (word ^ wide).littleEndian, toByteOffset: index, as: UInt64.self)
    index += 8
  }
  while index < bytes.count {
    unsafe bytes[index] ^= UInt8(truncatingIfNeeded: key >> (UInt32(index & 3) * 8))
    index += 1
  }
}

/// What in a frame breaks the protocol, and the code that says so.
struct FrameFault: Error {
  let code: CloseCode
  let reason: String

  init(_ reason: String) {
    code = .protocolError
    self.reason = reason
  }
}

/// Reads the heads of frames, however they are cut, and judges what each may say by itself.
struct FrameHeadReader {
  /// Whether frames come from a client, and must be masked, or from a server, and must not (5.1).
  let isServer: Bool
  private var bytes = InlineArray<14, UInt8>(repeating: 0)
  private var count = 0

  init(isServer: Bool) { self.isServer = isServer }

  /// Takes bytes up to the end of a head.
  ///
  /// - Returns: how many were taken, and the head once it is complete.
  mutating func take(
    _ input: UnsafeRawBufferPointer
  ) throws(FrameFault) -> (taken: Int, head: FrameHead?) {
    // Most heads come whole.
    if count == 0, input.count >= FrameHead.limit {
      for index in 0..<FrameHead.limit { bytes[index] = unsafe input[index] }
      try judge()
      return (size, try head())
    }
    var index = 0
    while index < input.count {
      bytes[count] = unsafe input[index]
      count += 1
      index += 1
      if count == 2 { try judge() }
      guard count >= 2, count == size else { continue }
      count = 0
      return (index, try head())
    }
    return (index, nil)
  }

  private var isMasked: Bool { bytes[1] & 0x80 != 0 }
  private var extended: Int {
    switch bytes[1] & 0x7F {
    case 126: 2
    case 127: 8
    default: 0
    }
  }
  private var size: Int { 2 + extended + (isMasked ? 4 : 0) }

  private func judge() throws(FrameFault) {
    guard bytes[0] & 0x70 == 0 else { throw FrameFault("a reserved bit is set") }
    guard let opcode = Opcode(rawValue: bytes[0] & 0x0F) else {
      throw FrameFault("opcode \(bytes[0] & 0x0F) means nothing")
    }
    guard isMasked == isServer else {
      throw FrameFault(
        isServer ? "a client's frame without a mask" : "a server's frame with a mask")
    }
    guard opcode.isControl else { return }
    guard bytes[0] & 0x80 != 0 else { throw FrameFault("a control frame in pieces") }
    guard bytes[1] & 0x7F <= FrameHead.controlLimit else {
      throw FrameFault("a control frame over 125 bytes")
    }
  }

  private func head() throws(FrameFault) -> FrameHead {
    var length: UInt64 = 0
    for index in 2..<(2 + extended) { length = length << 8 | UInt64(bytes[index]) }
    if extended == 0 { length = UInt64(bytes[1] & 0x7F) }
    guard length <= UInt64(Int.max) else { throw FrameFault("a length over 2^63") }
    var mask: UInt32?
    if isMasked {
      var key: UInt32 = 0
      for index in 0..<4 { key |= UInt32(bytes[2 + extended + index]) << (8 * UInt32(index)) }
      mask = UInt32(littleEndian: key)
    }
    return FrameHead(
      opcode: Opcode(rawValue: bytes[0] & 0x0F) ?? .continuation, isFinal: bytes[0] & 0x80 != 0,
      byteCount: Int(length), mask: mask)
  }
}
