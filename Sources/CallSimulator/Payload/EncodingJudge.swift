import AudioEngine

/// Whether bytes are what their label says, by reading them in every way that bots get wrong: of all
/// readings the right one alone makes speech predictable.
enum EncodingJudge {
  /// Long enough for a filter, short enough for speech to stand still in it.
  private static let windowMilliseconds = 40
  /// Windows looked at in one call; of a longer one every so many.
  private static let mostWindows = 200
  /// So many votes for one reading among so many loud windows are a finding.
  private static let leastVotes = 4
  private static let stretch = 12
  /// Decibels by which another reading must be better, and what it must reach. Over 23,000 windows of
  /// recorded speech, each at three rates and in two encodings, three voted wrongly.
  private static let advantage: Float = 4
  private static let leastGain: Float = 6
  /// Quieter windows are all noise.
  private static let loud: Float = 300

  /// The wrong encoding that a stretch of the audio has, with its first sample; at most one.
  static func traces(of audio: [UInt8], in format: WireFormat) -> [AudioTrace] {
    let sampleBytes = format.encoding.bytesPerSample
    let length = format.byteCount(nanoseconds: Int64(windowMilliseconds) * 1_000_000)
    let windows = audio.count / length
    guard windows >= leastVotes else { return [] }
    let every = (windows + mostWindows - 1) / mostWindows
    var votes: [AudioFinding.Kind: (count: Int, sample: Int)] = [:]
    var recent: [AudioFinding.Kind?] = []
    var isFound = false
    for window in stride(from: 0, to: windows, by: every) {
      let start = window * length
      guard let vote = vote(audio[start..<start + length], label: format.encoding) else { continue }
      let kind = vote.reading?.finding(under: format.encoding)
      recent.append(kind)
      if recent.count > stretch { recent.removeFirst() }
      guard let kind else { continue }
      votes[kind] = ((votes[kind]?.count ?? 0) + 1, votes[kind]?.sample ?? start / sampleBytes)
      if recent.count(where: { $0 == kind }) >= leastVotes { isFound = true }
    }
    // One fault misreads in one way, and in some windows looks like its neighbour.
    let most = votes.max { $0.value.count < $1.value.count }
    guard isFound, let most else { return [] }
    return [AudioTrace(kind: most.key, sample: most.value.sample)]
  }

  /// What a window speaks for; nil where it is too quiet to tell.
  private static func vote(
    _ bytes: ArraySlice<UInt8>, label: AudioEncoding
  ) -> (reading: ByteReading?, gain: Float)? {
    let own = ByteReading(label)
    guard let samples = own.samples(of: bytes), samples[...].deviation > loud else { return nil }
    let gain = LinearPrediction(samples[...]).gain
    // Of what predicts itself that well no other reading can be 4 dB better: the usual case ends here.
    guard gain < 12 else { return (nil, gain) }
    var best: (reading: ByteReading?, gain: Float) = (nil, max(gain + advantage, leastGain))
    for reading in ByteReading.allCases where reading != own {
      guard let samples = reading.samples(of: bytes), samples.count >= 32 else { continue }
      let other = LinearPrediction(samples[...]).gain
      if other > best.gain { best = (reading, other) }
    }
    return best
  }
}
