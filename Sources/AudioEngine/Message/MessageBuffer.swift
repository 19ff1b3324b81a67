/// The bytes of one outgoing message, built in place and reused for the next.
///
/// An event loop owns one: audio goes from the queue through base64 straight into it, between the
/// platform's words, and the socket sends from it. It grows to the largest message seen and then
/// allocates no more. `headroom` bytes in front of the message belong to the transport, which may
/// write a frame header there.
///
/// Not thread-safe; it belongs to one loop, and may be handed on: there is never a second owner of
/// its memory, which is what makes the unchecked `Sendable` true.
@safe
public struct MessageBuffer: ~Copyable, @unchecked Sendable {
  private var base: UnsafeMutableRawPointer
  private var room: Int
  private let headroom: Int

  /// Bytes in the message.
  public private(set) var count = 0

  /// Makes an empty buffer.
  ///
  /// - Parameters:
  ///   - headroom: bytes kept free in front of the message, 0 or more.
  ///   - capacity: bytes that fit before the buffer must grow.
  public init(headroom: Int = 0, capacity: Int = 16_384) {
    precondition(headroom >= 0 && capacity > 0, "headroom >= 0 and capacity > 0 are needed")
    self.headroom = headroom
    self.room = capacity
    unsafe self.base = Self.allocate(headroom + capacity)
  }

  deinit {
    unsafe base.deallocate()
  }

  /// The message so far.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let start = unsafe UnsafeRawPointer(base + headroom)
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Empties the message and keeps the memory.
  public mutating func removeAll() {
    count = 0
  }

  /// Appends text known at compile time. Allocates only to grow.
  public mutating func append(_ text: StaticString) {
    precondition(text.hasPointerRepresentation, "append(byte:) takes a single scalar")
    unsafe append(start: UnsafeRawPointer(text.utf8Start), byteCount: text.utf8CodeUnitCount)
  }

  /// Appends a string's UTF-8, unescaped. Allocates only to grow.
  public mutating func append(utf8 text: String) {
    var text = text
    text.withUTF8 { unsafe append(start: $0.baseAddress, byteCount: $0.count) }
  }

  /// Appends one byte. Allocates only to grow.
  public mutating func append(byte: UInt8) {
    reserve(1)
    unsafe base.storeBytes(of: byte, toByteOffset: headroom + count, as: UInt8.self)
    count += 1
  }

  /// Appends a copy of `bytes`. Allocates only to grow.
  public mutating func append(contentsOf bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append(start: $0.baseAddress, byteCount: $0.count) }
  }

  /// Appends a whole number in decimal. Allocates only to grow.
  public mutating func append(decimal number: Int) {
    if number < 0 { append(byte: UInt8(ascii: "-")) }
    var rest = number.magnitude
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var start = 20
    repeat {
      start -= 1
      digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    } while rest > 0
    for index in start..<20 { append(byte: digits[index]) }
  }

  /// Appends what `write` puts into a span of `byteCount` bytes, which it returns the used part of.
  ///
  /// The span's bytes are not initialised to anything in particular.
  public mutating func append(
    atMost byteCount: Int, _ write: (inout MutableRawSpan) -> Int
  ) {
    reserve(byteCount)
    let start = unsafe base + (headroom + count)
    var span = unsafe MutableRawSpan(_unsafeStart: start, byteCount: byteCount)
    let written = write(&span)
    precondition((0...byteCount).contains(written), "wrote \(written) of \(byteCount) bytes")
    count += written
  }

  /// Gives the transport the message's start and size; `headroom` bytes before it may be written.
  @unsafe
  public mutating func withUnsafeMutableMessage<Result>(
    _ body: (_ start: UnsafeMutableRawPointer, _ byteCount: Int) throws -> Result
  ) rethrows -> Result {
    unsafe try body(base + headroom, count)
  }

  private mutating func append(start: UnsafeRawPointer?, byteCount: Int) {
    guard byteCount > 0, let start = unsafe start else { return }
    reserve(byteCount)
    unsafe (base + (headroom + count)).copyMemory(from: start, byteCount: byteCount)
    count += byteCount
  }

  private mutating func reserve(_ more: Int) {
    guard count + more > room else { return }
    let grown = max(room * 2, count + more)
    let moved = unsafe Self.allocate(headroom + grown)
    unsafe (moved + headroom).copyMemory(from: base + headroom, byteCount: count)
    unsafe base.deallocate()
    unsafe base = moved
    room = grown
  }

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    // 64: a cache line, and the widest vector the base64 encoder stores.
    UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
  }
}
