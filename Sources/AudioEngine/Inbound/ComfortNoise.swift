/// Noise for the holes of a line, of which digital silence sounds as if the call had ended.
struct ComfortNoise {
  private var noise = LineNoise()
  /// The positions of the ring that are still silent; empty for none.
  var hole = 0..<0

  /// Fills the hole with noise as loud as the line was before it, and learns how loud it is from the ring's
  /// last `newest` bytes.
  mutating func soothe(_ ring: inout AudioRing, newest: Int, wire: WireFormat) {
    let size = wire.encoding.bytesPerSample
    var samples = InlineArray<480, Int16>(repeating: 0)
    var span = samples.mutableSpan
    var position = max(hole.lowerBound, ring.start)
    while hole.upperBound - position >= size {
      var piece = span._mutatingExtracting(..<min((hole.upperBound - position) / size, 480))
      noise.fill(&piece)
      ring.replace(from: position, with: piece.span, as: wire.encoding)
      position += piece.count * size
    }
    hole = 0..<0
    let count = wire.rate.hertz / 50
    position = max((ring.end - newest) / size * size, ring.start)
    while ring.end - position >= count * size {
      var frame = span._mutatingExtracting(..<count)
      ring.expand(position..<(position + count * size), from: wire.encoding, into: &frame)
      noise.follow(Double(Level(of: frame.span).sumOfSquares) / Double(count))
      position += count * size
    }
  }
}
