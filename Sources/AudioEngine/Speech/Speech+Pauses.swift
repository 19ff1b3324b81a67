/// Where the bot's speech makes a pause.
extension Speech {
  /// The mean square of -45 dBFS: recorded prompts are quieter than that between their sentences, and
  /// synthesised ones are silent.
  private static var quietPower: UInt64 { 34_000 }

  /// Whether an utterance ends behind `first`, and not behind `last`.
  func hasBoundary(after first: Int, upTo last: Int) -> Bool {
    for index in 0..<utterances.count
    where utterances[index].start > first && utterances[index].start <= last {
      return true
    }
    return false
  }

  /// Whether what is heard from `position` on is quiet for so long. What has not been written is.
  func isQuiet(from position: Int, for duration: Duration) -> Bool {
    let size = wire.encoding.bytesPerSample
    let count = wire.byteCount(nanoseconds: duration.wholeNanoseconds)
    // What lies before the ear may have been let go of.
    let start = max(position, queue.start)
    let end = min(position + count, queue.end)
    guard end - start >= size else { return true }
    var power: UInt64 = 0
    var place = start
    while end - place >= size {
      let count = min((end - place) / size, 512)
      var samples = InlineArray<512, Int16>(repeating: 0)
      var span = samples.mutableSpan
      queue.expand(place..<(place + count * size), from: wire.encoding, into: &span)
      power += Level(of: samples.span.extracting(first: count)).sumOfSquares
      place += count * size
    }
    return power < Self.quietPower * UInt64((end - start) / size)
  }
}
