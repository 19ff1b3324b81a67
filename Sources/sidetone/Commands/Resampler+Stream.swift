import AudioEngine

extension Resampler {
  /// A whole stream at the other rate, handed over in pieces, with its tail.
  ///
  /// - Parameters:
  ///   - input: the stream from its first sample to its last.
  ///   - size: samples in a piece, 1 or more.
  /// - Returns: exactly `ceil(input.count * to / from)` samples.
  mutating func resampleAll(_ input: [Int16], inPiecesOf size: Int) -> [Int16] {
    let bound = max(outputBound(inputCount: min(size, input.count)), outputBound(inputCount: 0))
    let (seconds, remainder) = input.count.quotientAndRemainder(dividingBy: from.hertz)
    let total = seconds * to.hertz + (remainder * to.hertz + from.hertz - 1) / from.hertz
    // Each call wants room for the most it might give, also where the stream has less left.
    var output = [Int16](repeating: 0, count: total + bound)
    var room = output.mutableSpan
    var (taken, given) = (0, 0)
    while taken < input.count {
      let end = min(taken + size, input.count)
      var part = room._mutatingExtracting(given...)
      given += resample(input.span.extracting(taken..<end), into: &part)
      taken = end
    }
    var rest = room._mutatingExtracting(given...)
    given += flush(into: &rest)
    output.removeSubrange(given...)
    return output
  }
}
