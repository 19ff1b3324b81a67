#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The quick reading of a media message in the form that platforms really send: compact, exact
/// keys, no escapes. Members may come in any order.
///
/// It recognises keys eight bytes at a time and takes the payload's end from the C library's vector
/// search. Whatever it does not recognise it declines, and ``MediaEnvelope`` reads the message in
/// full; so it never decides what is malformed, and everything it accepts, the full reading accepts
/// with the same result (`QuickMediaTests`).
package struct QuickMedia: ~Escapable {
  private let bytes: RawSpan
  private let count: Int
  private var index = 0
  private var message = MediaMessage(payload: 0..<0)
  private var isMedia = false
  private var seen: UInt8 = 0

  private static var sequenceSeen: UInt8 { 1 }
  private static var mediaSeen: UInt8 { 2 }
  private static var chunkSeen: UInt8 { 4 }
  private static var timestampSeen: UInt8 { 8 }
  private static var payloadSeen: UInt8 { 16 }
  private static var trackSeen: UInt8 { 32 }
  private static var eventSeen: UInt8 { 64 }

  /// The media message that `bytes` hold, or nil where they are to be read in full.
  package static func read(_ bytes: RawSpan) -> MediaMessage? {
    var walk = QuickMedia(bytes)
    guard walk.object(), walk.index == walk.count, walk.isMedia else { return nil }
    return walk.seen & payloadSeen != 0 ? walk.message : nil
  }

  @_lifetime(copy bytes)
  private init(_ bytes: RawSpan) {
    self.bytes = bytes
    count = bytes.byteCount
  }

  /// Reads the message's object. False: decline.
  @_lifetime(self: copy self)
  private mutating func object() -> Bool {
    guard take(UInt8(ascii: "{")) else { return false }
    repeat {
      // Sixteen bytes hold any key with its quote and colon; a message that ends sooner is not
      // the common form.
      guard index + 17 <= count, take(UInt8(ascii: "\"")) else { return false }
      let start = word(at: index)
      switch start {
      case Self.word("media\":{"):
        guard first(Self.mediaSeen) else { return false }
        index += 8
        guard media() else { return false }
      case Self.word("event\":\""):
        guard first(Self.eventSeen), word(at: index + 6) == Self.word(":\"media\"") else {
          return false
        }
        isMedia = true
        index += 14
      case Self.word("sequence"):
        let rest = word(at: index + 8)
        index += 16
        guard first(Self.sequenceSeen),
          rest == Self.word("Number\":")
            || rest == Self.word("_number\"") && take(UInt8(ascii: ":"))
        else { return false }
        guard let number = number() else { return false }
        message.sequenceNumber = number
      case Self.word("stream_s"):
        guard word(at: index + 8) & 0xFFFF_FFFF == Self.word("id\":\0\0\0\0") else { return false }
        index += 12
        guard identifier() else { return false }
      case Self.word("streamSi"):
        guard byte(at: index + 8) == UInt8(ascii: "d") else { return false }
        index += 9
        guard take(UInt8(ascii: "\"")), take(UInt8(ascii: ":")), identifier() else { return false }
      case Self.word("streamId"):
        index += 8
        guard take(UInt8(ascii: "\"")), take(UInt8(ascii: ":")), identifier() else { return false }
      case Self.word("extra_he"):
        // Some repeat the operator's own text in every message.
        guard word(at: index + 8) & ~(0xFF << 56) == Self.word("aders\":\0") else { return false }
        index += 15
        guard identifier() else { return false }
      default: return false
      }
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}"))
  }

  /// Reads the `media` object behind its brace.
  @_lifetime(self: copy self)
  private mutating func media() -> Bool {
    repeat {
      guard index + 17 <= count, take(UInt8(ascii: "\"")) else { return false }
      let start = word(at: index)
      if start == Self.word("payload\""), byte(at: index + 8) == UInt8(ascii: ":") {
        index += 9
        guard first(Self.payloadSeen), payload() else { return false }
      } else if start & ~(0xFF << 56) == Self.word("chunk\":\0") {
        index += 7
        guard first(Self.chunkSeen), let number = number() else { return false }
        message.chunk = number
      } else if start == Self.word("timestam"),
        word(at: index + 8) & 0xFF_FFFF == Self.word("p\":\0\0\0\0\0")
      {
        index += 11
        guard first(Self.timestampSeen), let number = number() else { return false }
        message.timestampMilliseconds = number
      } else if start == Self.word("track\":\"") {
        index += 8
        guard first(Self.trackSeen), track() else { return false }
      } else {
        return false
      }
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}"))
  }

  @_lifetime(self: copy self)
  private mutating func payload() -> Bool {
    guard take(UInt8(ascii: "\"")) else { return false }
    let start = index
    let end: Int? = unsafe bytes.withUnsafeBytes { text in
      guard let base = text.baseAddress else { return nil }
      let payload = unsafe base + start
      guard let quote = unsafe memchr(payload, 0x22, count - start) else { return nil }
      let length = unsafe UnsafeRawPointer(quote) - payload
      return unsafe memchr(payload, 0x5C, length) == nil ? start + length : nil
    }
    guard let end else { return false }
    message.payload = start..<end
    index = end + 1
    return true
  }

  @_lifetime(self: copy self)
  private mutating func track() -> Bool {
    guard index + 9 <= count else { return false }
    let start = word(at: index)
    if start == Self.word("inbound\"") {
      index += 8
    } else if start == Self.word("outbound"), byte(at: index + 8) == UInt8(ascii: "\"") {
      index += 9
      message.track = .outbound
    } else {
      return false
    }
    return true
  }

  /// Reads up to 18 digits, in quotes or bare.
  @_lifetime(self: copy self)
  private mutating func number() -> Int? {
    let isQuoted = take(UInt8(ascii: "\""))
    let start = index
    var number = 0
    while index + 8 <= count {
      let digits = word(at: index) ^ 0x3030_3030_3030_3030
      let length = Self.digitCount(digits)
      guard length > 0 else { break }
      number = number &* Self.tenToThe(length)
      // Shifted so that zeros stand in front.
      number = number &+ Self.number(digits << UInt64(64 - 8 * length))
      index += length
      guard length == 8 else { break }
    }
    while index < count {
      let digit = byte(at: index) &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      number = number &* 10 &+ Int(digit)
      index += 1
    }
    guard index > start, index - start <= 18 else { return nil }
    return !isQuoted || take(UInt8(ascii: "\"")) ? number : nil
  }

  /// How many of eight bytes are 0 to 9 before the first that is not.
  @inline(__always)
  private static func digitCount(_ digits: UInt64) -> Int {
    // Ten and more reach the highest bit; what that carries into the next byte comes behind the first.
    let others = (digits &+ 0x7676_7676_7676_7676 | digits) & 0x8080_8080_8080_8080
    return others.trailingZeroBitCount >> 3
  }

  /// 10 to the power of 0 to 8.
  @inline(__always)
  private static func tenToThe(_ power: Int) -> Int {
    // A table, once compiled.
    switch power {
    case 0: 1
    case 1: 10
    case 2: 100
    case 3: 1_000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    default: 100_000_000
    }
  }

  /// The number of eight decimal digits, the highest in the lowest byte: neighbours are joined to pairs,
  /// to fours, to eight.
  @inline(__always)
  private static func number(_ digits: UInt64) -> Int {
    let pairs = (digits &* (10 << 8 | 1)) >> 8 & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* (100 << 16 | 1)) >> 16 & 0x0000_FFFF_0000_FFFF
    return Int(truncatingIfNeeded: (fours &* (10_000 << 32 | 1)) >> 32)
  }

  /// Passes over a string of letters, digits, `-` and the like, eight bytes at a time.
  @_lifetime(self: copy self)
  private mutating func identifier() -> Bool {
    guard take(UInt8(ascii: "\"")) else { return false }
    while index + 8 <= count {
      let hits = JSONScanner.quotesAndBackslashes(in: word(at: index))
      guard hits != 0 else {
        index += 8
        continue
      }
      index += hits.trailingZeroBitCount >> 3
      return take(UInt8(ascii: "\""))
    }
    while index < count, byte(at: index) != UInt8(ascii: "\"") {
      guard byte(at: index) != UInt8(ascii: "\\") else { return false }
      index += 1
    }
    return take(UInt8(ascii: "\""))
  }

  /// Whether `field` is met for the first time: duplicates are for the full reading.
  @inline(__always)
  @_lifetime(self: copy self)
  private mutating func first(_ field: UInt8) -> Bool {
    defer { seen |= field }
    return seen & field == 0
  }

  @inline(__always)
  @_lifetime(self: copy self)
  private mutating func take(_ wanted: UInt8) -> Bool {
    guard index < count, byte(at: index) == wanted else { return false }
    index += 1
    return true
  }

  /// Callers have checked that `index` is before the end.
  @inline(__always)
  private func byte(at index: Int) -> UInt8 {
    assert(index < count)
    return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
  }

  /// Callers have checked that eight bytes follow `index`.
  @inline(__always)
  private func word(at index: Int) -> UInt64 {
    assert(index + 8 <= count)
    let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
    return UInt64(littleEndian: word)
  }

  /// The eight bytes of `text`, first in the lowest bits.
  @inline(__always)
  private static func word(_ text: StaticString) -> UInt64 {
    let word = unsafe UnsafeRawPointer(text.utf8Start).loadUnaligned(as: UInt64.self)
    return UInt64(littleEndian: word)
  }
}
