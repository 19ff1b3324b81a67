/// What the ring holds, expanded to samples, to be looked at or read.
extension AudioRing {
  /// Makes samples of the bytes in `range`, whole samples at a sample's place that are held, from the start
  /// of `samples` on. Allocates nothing.
  func expand(
    _ range: Range<Int>, from encoding: AudioEncoding, into samples: inout MutableSpan<Int16>
  ) {
    guard encoding != .linear16 else {
      var raw = unsafe samples.mutableBytes
      return copy(range, into: &raw)
    }
    unsafe samples.withUnsafeMutableBufferPointer { target in
      var filled = 0
      forEachPiece(in: range) { piece in
        let place = unsafe UnsafeMutableBufferPointer(
          rebasing: target[filled..<(filled + piece.byteCount)])
        var span = unsafe MutableSpan(_unsafeElements: place)
        if encoding == .mulaw {
          G711.mulawDecode(piece, into: &span)
        } else {
          G711.alawDecode(piece, into: &span)
        }
        filled += piece.byteCount
      }
    }
  }

  /// Writes `samples`, at most 480, over the bytes from `position` on, all of which must be held.
  mutating func replace(
    from position: Int, with samples: Span<Int16>, as encoding: AudioEncoding
  ) {
    guard encoding != .linear16 else { return unsafe replace(from: position, with: samples.bytes) }
    var bytes = InlineArray<480, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    if encoding == .mulaw {
      G711.mulawEncode(samples, into: &raw)
    } else {
      G711.alawEncode(samples, into: &raw)
    }
    unsafe replace(from: position, with: bytes.span.bytes.extracting(first: samples.count))
  }

  /// Where in `range`, which ``expand(_:from:into:)`` would take, the blocks of 10 ms begin and end that hold
  /// a sample beyond `peak`, in bytes from its start; nil where it is quieter throughout.
  func sound(in range: Range<Int>, of wire: WireFormat, beyond peak: Int) -> Range<Int>? {
    var found: Range<Int>?
    forEachBlock(in: range, of: wire) { block, level in
      guard level.peak > peak else { return }
      found = (found?.lowerBound ?? block.lowerBound)..<block.upperBound
    }
    return found
  }

  /// The largest sample in `range`, which ``expand(_:from:into:)`` would take; 0 to 32,768.
  func peak(in range: Range<Int>, of wire: WireFormat) -> Int {
    var peak = 0
    forEachBlock(in: range, of: wire) { peak = max(peak, $1.peak) }
    return peak
  }

  /// Gives the blocks of 10 ms of `range`, each as bytes from its start and with its level.
  private func forEachBlock(
    in range: Range<Int>, of wire: WireFormat, _ body: (Range<Int>, Level) -> Void
  ) {
    let size = min(wire.byteCount(nanoseconds: 10_000_000), 480)
    var position = range.lowerBound
    while position < range.upperBound {
      let end = min(position + size, range.upperBound)
      var samples = InlineArray<480, Int16>(repeating: 0)
      var span = samples.mutableSpan
      expand(position..<end, from: wire.encoding, into: &span)
      let count = (end - position) / wire.encoding.bytesPerSample
      let block = (position - range.lowerBound)..<(end - range.lowerBound)
      body(block, Level(of: samples.span.extracting(first: count)))
      position = end
    }
  }
}
