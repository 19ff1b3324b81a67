/// The ring's dealings in samples and in base64.
extension AudioRing {
  /// Appends samples as 16-bit little-endian; they must fit.
  mutating func append(linear16 samples: Span<Int16>) {
    unsafe samples.withUnsafeBytes { unsafe append($0.bytes) }
  }

  /// Resamples the 16-bit samples of `range` from where they lie, as far as they lie in one piece.
  ///
  /// - Returns: the samples taken and the samples given.
  func resample(
    linear16 range: Range<Int>, with resampler: inout Resampler,
    into output: inout MutableSpan<Int16>
  ) -> (taken: Int, given: Int) {
    let samples = firstLinear16(of: range)
    return (samples.count, resampler.resample(samples, into: &output))
  }

  /// Appends samples in an encoding of one byte each; they must fit.
  mutating func append(
    companded samples: Span<Int16>, _ encode: (Span<Int16>, inout MutableRawSpan) -> Void
  ) {
    var done = 0
    while done < samples.count {
      let count = min(contiguousRoom(reserving: samples.count - done), samples.count - done)
      let piece = samples.extracting(done..<(done + count))
      _ = appendInPlace { span in
        encode(piece, &span)
        return count
      }
      done += count
    }
  }

  /// Appends the bytes behind base64 text, whole or not at all; they must fit. Padding may be missing,
  /// as some platforms leave it out.
  ///
  /// - Returns: the bytes appended.
  /// - Throws: ``Base64Error`` with the position of the first wrong character.
  mutating func append(base64 text: RawSpan) throws(Base64Error) -> Int {
    let first = end
    var position = 0
    do {
      while position < text.byteCount {
        position += try appendGroups(of: text, from: position)
      }
    } catch {
      truncate(to: first)
      throw Base64Error(position: position + error.position)
    }
    return end - first
  }

  /// Appends as ``append(base64:)`` does, and takes what RFC 4648 keeps apart or forbids: the alphabet
  /// of URLs (section 5), also mixed with the other, and white space. Many times slower.
  ///
  /// - Throws: ``Base64Error`` with about the position of the first wrong character.
  mutating func append(looseBase64 text: RawSpan) throws(Base64Error) -> Int {
    let first = end
    var position = 0
    var characters = InlineArray<1_024, UInt8>(repeating: 0)
    var bytes = InlineArray<768, UInt8>(repeating: 0)
    while true {
      let start = position
      var filled = 0
      while position < text.byteCount, filled < characters.count {
        let character = text[byte: position]
        position += 1
        guard character > 0x20 else { continue }
        characters[filled] = Self.standard(character)
        filled += 1
      }
      guard filled > 0 else { return end - first }
      var raw = bytes.mutableSpan
      var room = unsafe raw.mutableBytes
      let piece = unsafe characters.span.bytes.extracting(first: filled)
      do throws(Base64Error) {
        let count = try Base64.decode(piece, into: &room, padding: .optional)
        // Padding may only come at the end; a whole piece before it is whole groups.
        guard count == bytes.count || filled < characters.count || !hasMore(text, position) else {
          throw Base64Error(position: filled - 1)
        }
        unsafe append(bytes.span.bytes.extracting(first: count))
      } catch {
        truncate(to: first)
        throw Base64Error(position: start + error.position)
      }
    }
  }

  private func hasMore(_ text: RawSpan, _ position: Int) -> Bool {
    (position..<text.byteCount).contains { text[byte: $0] > 0x20 }
  }

  /// The character of the standard alphabet that stands for the same six bits.
  private static func standard(_ character: UInt8) -> UInt8 {
    switch character {
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: character
    }
  }

  /// Decodes as much from `start` on as fits before the ring's edge; a group of four that would cross
  /// the edge goes round it through the stack.
  ///
  /// - Returns: the characters taken.
  private mutating func appendGroups(of text: RawSpan, from start: Int) throws(Base64Error) -> Int {
    let rest = text.byteCount - start
    let most = Base64.decodedCapacity(characterCount: rest)
    let room = contiguousRoom(reserving: most)
    if room < 3 && room < most {
      let group = text.extracting(start..<(start + min(4, rest)))
      var bytes = InlineArray<4, UInt8>(repeating: 0)
      var span = bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      let count = try Base64.decode(group, into: &raw, padding: .optional)
      if count < 3 && rest > 4 { throw Base64Error(position: count + 1) }
      unsafe append(bytes.span.bytes.extracting(first: count))
      return group.byteCount
    }
    let characters = room >= most ? rest : room / 3 * 4
    let piece = text.extracting(start..<(start + characters))
    let count = try appendInPlace { (span: inout MutableRawSpan) throws(Base64Error) in
      try Base64.decode(piece, into: &span, padding: .optional)
    }
    // Padding before the end: a piece in the middle is whole groups.
    if characters < rest && count < characters / 4 * 3 {
      throw Base64Error(position: characters - 1)
    }
    return characters
  }
}
