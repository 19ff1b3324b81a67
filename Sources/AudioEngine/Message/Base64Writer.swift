/// Writes the base64 of bytes that come in pieces: what a piece leaves of a group of three waits for
/// the next.
struct Base64Writer {
  private var rest = InlineArray<3, UInt8>(repeating: 0)
  private var restCount = 0

  /// Appends a piece.
  mutating func append(_ piece: RawSpan, to message: inout MessageBuffer) {
    var start = 0
    while restCount > 0 && start < piece.byteCount {
      push(piece[byte: start], to: &message)
      start += 1
    }
    let whole = (piece.byteCount - start) / 3 * 3
    if whole > 0 {
      Self.encode(piece.extracting(start..<(start + whole)), to: &message)
      start += whole
    }
    while start < piece.byteCount {
      push(piece[byte: start], to: &message)
      start += 1
    }
  }

  /// Appends `count` copies of `byte`.
  mutating func append(repeating byte: UInt8, count: Int, to message: inout MessageBuffer) {
    let block = InlineArray<240, UInt8>(repeating: byte)
    var left = count
    while left > 0 {
      let piece = min(left, block.count)
      append(unsafe block.span.bytes.extracting(first: piece), to: &message)
      left -= piece
    }
  }

  /// Writes the last group, padded.
  mutating func finish(_ message: inout MessageBuffer) {
    guard restCount > 0 else { return }
    Self.encode(unsafe rest.span.bytes.extracting(first: restCount), to: &message)
    restCount = 0
  }

  private mutating func push(_ byte: UInt8, to message: inout MessageBuffer) {
    rest[restCount] = byte
    restCount += 1
    if restCount == 3 { finish(&message) }
  }

  private static func encode(_ bytes: RawSpan, to message: inout MessageBuffer) {
    message.append(atMost: Base64.encodedCount(byteCount: bytes.byteCount)) { text in
      Base64.encode(bytes, into: &text)
    }
  }
}
