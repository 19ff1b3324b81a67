/// The words of a trace: numbers of 7 bits a byte, the lowest first, and texts behind their length.
package struct TraceBytes {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  package mutating func append(byte: UInt8) { bytes.append(byte) }

  package mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Small numbers of either sign stay small.
  package mutating func append(_ number: Int64) {
    append(UInt64(bitPattern: number << 1 ^ number >> 63))
  }

  package mutating func append(_ number: Int) { append(Int64(number)) }

  package mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  package mutating func append(_ duration: Duration) { append(duration.wholeNanoseconds) }

  package mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func append(_ text: [UInt8]) {
    append(UInt64(text.count))
    bytes.append(contentsOf: text)
  }

  package mutating func append(_ text: RawSpan) {
    append(UInt64(text.byteCount))
    unsafe text.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// A value that may be missing, behind a byte that says whether it is.
  package mutating func append<Value>(
    optional value: Value?, _ write: (inout TraceBytes, Value) -> Void
  ) {
    append(value != nil)
    if let value { write(&self, value) }
  }
}

/// Reads what ``TraceBytes`` has written. Whatever the bytes are, it reads within them or throws.
package struct TraceCursor {
  /// The bytes are none of a trace, or end too early.
  package struct Failure: Error {
    package init() {}
  }

  private let bytes: ArraySlice<UInt8>
  private var place: Int

  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  package var rest: Int { bytes.endIndex - place }

  package mutating func byte() throws(Failure) -> UInt8 {
    guard place < bytes.endIndex else { throw Failure() }
    defer { place += 1 }
    return bytes[place]
  }

  package mutating func number() throws(Failure) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      let next = try byte()
      number |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return number }
    }
    throw Failure()
  }

  package mutating func signed() throws(Failure) -> Int64 {
    let number = try self.number()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  package mutating func int() throws(Failure) -> Int { Int(try signed()) }

  package mutating func flag() throws(Failure) -> Bool { try byte() != 0 }

  package mutating func duration() throws(Failure) -> Duration { .nanoseconds(try signed()) }

  /// A time from which one can count on.
  package mutating func time() throws(Failure) -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(try count(upTo: 1 << 60)))
  }

  /// A number that is not negative.
  package mutating func count(upTo most: Int) throws(Failure) -> Int {
    let number = try int()
    guard (0...most).contains(number) else { throw Failure() }
    return number
  }

  package mutating func epoch() throws(Failure) -> Int { try count(upTo: 1 << 40) }

  package mutating func block() throws(Failure) -> [UInt8] { Array(try slice()) }

  /// The same where it lies.
  package mutating func slice() throws(Failure) -> ArraySlice<UInt8> {
    let count = try number()
    guard count <= UInt64(rest) else { throw Failure() }
    defer { place += Int(count) }
    return bytes[place..<(place + Int(count))]
  }

  package mutating func text() throws(Failure) -> String {
    String(decoding: try block(), as: UTF8.self)
  }

  package mutating func optional<Value>(
    _ read: (inout TraceCursor) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    try flag() ? try read(&self) : nil
  }

  package mutating func rate() throws(Failure) -> SampleRate {
    guard let rate = SampleRate(hertz: try int()) else { throw Failure() }
    return rate
  }

  /// One of `all`, by its place.
  package mutating func choice<Value>(of all: [Value]) throws(Failure) -> Value {
    let place = Int(try byte())
    guard place < all.count else { throw Failure() }
    return all[place]
  }
}
