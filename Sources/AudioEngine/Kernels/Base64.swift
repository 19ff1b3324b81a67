internal import CPCMKernels

/// Where base64 text is wrong.
public struct Base64Error: Error, Hashable, CustomStringConvertible {
  /// The offset of the first wrong character; the text's length where it stops short.
  ///
  /// Wrong are: what is outside the alphabet, white space included; `=` out of its place; anything
  /// after the padding; a last character whose unused bits are not zero.
  public let position: Int

  /// Makes an error at a character's offset.
  public init(position: Int) {
    self.position = position
  }

  /// The error in words.
  public var description: String { "not base64 at character \(position)" }
}

/// Base64 with the alphabet of RFC 4648 section 4: strict, without line breaks.
///
/// Nothing here allocates or locks. Where `into` is too small, the call traps: ask
/// ``encodedCount(byteCount:)`` or ``decodedCapacity(characterCount:)`` first.
public enum Base64 {
  /// What ends the last quantum of the text.
  public enum Padding: Sendable {
    /// `=` up to a multiple of four characters.
    case required
    /// `=`, or nothing.
    case optional
  }

  /// The characters that `byteCount` bytes become: `4 * ceil(byteCount / 3)`.
  public static func encodedCount(byteCount: Int) -> Int {
    precondition(byteCount >= 0, "a byte count is not negative")
    return byteCount / 3 * 4 + (byteCount % 3 == 0 ? 0 : 4)
  }

  /// The most bytes that `characterCount` characters can hold.
  public static func decodedCapacity(characterCount: Int) -> Int {
    precondition(characterCount >= 0, "a character count is not negative")
    return characterCount / 4 * 3 + characterCount % 4 * 3 / 4
  }

  /// Writes `bytes` as padded base64 text.
  ///
  /// - Parameters:
  ///   - bytes: what to encode.
  ///   - text: room for at least ``encodedCount(byteCount:)`` characters, written from its start.
  ///   - kernels: the instruction set to run on.
  /// - Returns: the characters written.
  public static func encode(
    _ bytes: RawSpan, into text: inout MutableRawSpan, using kernels: Kernels = .best
  ) -> Int {
    precondition(
      text.byteCount >= encodedCount(byteCount: bytes.byteCount),
      "base64 text needs room for encodedCount(byteCount:) characters")
    return unsafe bytes.withUnsafeBytes { source in
      unsafe text.withUnsafeMutableBytes { destination in
        unsafe kernels.table.pointee.base64_encode(
          destination.baseAddress?.assumingMemoryBound(to: CChar.self),
          source.baseAddress?.assumingMemoryBound(to: UInt8.self), source.count)
      }
    }
  }

  /// Reads base64 text.
  ///
  /// After an error the contents of `bytes` are undefined.
  ///
  /// - Parameters:
  ///   - text: the characters, in ASCII; anything else is an error and never a trap.
  ///   - bytes: room for at least ``decodedCapacity(characterCount:)`` bytes, written from its start.
  ///   - padding: whether the text may leave out its `=`.
  ///   - kernels: the instruction set to run on.
  /// - Returns: the bytes written.
  /// - Throws: ``Base64Error`` with the position of the first wrong character.
  public static func decode(
    _ text: RawSpan, into bytes: inout MutableRawSpan, padding: Padding = .required,
    using kernels: Kernels = .best
  ) throws(Base64Error) -> Int {
    precondition(
      bytes.byteCount >= decodedCapacity(characterCount: text.byteCount),
      "base64 text needs room for decodedCapacity(characterCount:) bytes")
    let rule =
      padding == .required ? PCM_BASE64_PADDING_REQUIRED : PCM_BASE64_PADDING_OPTIONAL
    let count = unsafe text.withUnsafeBytes { source in
      unsafe bytes.withUnsafeMutableBytes { destination in
        unsafe kernels.table.pointee.base64_decode(
          destination.baseAddress?.assumingMemoryBound(to: UInt8.self),
          source.baseAddress?.assumingMemoryBound(to: CChar.self), source.count, rule)
      }
    }
    guard count >= 0 else { throw Base64Error(position: ~count) }
    return count
  }
}
