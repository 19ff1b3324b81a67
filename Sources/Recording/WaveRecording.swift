import AudioEngine

/// A recording as a WAV file of two channels, whose header is right after each piece: a process that is
/// killed leaves a file that everybody reads. Places that could not be written are holes, which read as
/// silence.
///
/// Source: Microsoft/IBM, "Multimedia Programming Interface and Data Specifications 1.0": `RIFF`, `WAVE`,
/// `cue ` and the list `adtl` of labels.
final class WaveRecording: RecordingFile {
  private let file: OutputFile
  private let rate: SampleRate
  private var cues: [(position: Int, label: String)] = []
  /// Frames of two samples, from the first to the last that was written.
  private var frameCount = 0

  private static let headerBytes = 44
  /// A label is for people.
  private static let longestLabel = 200

  init(_ file: consuming OutputFile, rate: SampleRate) {
    self.file = file
    self.rate = rate
  }

  func write(_ piece: borrowing Piece) throws(RecordingError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * piece.samples.count)
    for sample in piece.samples {
      bytes.append(UInt8(truncatingIfNeeded: sample))
      bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
    }
    cues += piece.cues
    try file.write(bytes, at: Self.headerBytes + 4 * piece.start)
    frameCount = max(frameCount, piece.start + piece.samples.count / 2)
    try file.write(header(followedBy: 0), at: 0)
  }

  func finish() throws(RecordingError) {
    let tail = self.tail
    try file.write(tail, at: Self.headerBytes + 4 * frameCount)
    try file.write(header(followedBy: tail.count), at: 0)
  }

  private func header(followedBy tailBytes: Int) -> [UInt8] {
    let audioBytes = 4 * frameCount
    var bytes = Array("RIFF".utf8)
    bytes.append(number: Self.headerBytes - 8 + audioBytes + tailBytes)
    bytes += "WAVEfmt ".utf8
    bytes.append(number: 16)
    bytes += [1, 0, 2, 0]  // linear PCM of two channels
    bytes.append(number: rate.hertz)
    bytes.append(number: 4 * rate.hertz)
    bytes += [4, 0, 16, 0]  // bytes a frame, bits a sample
    bytes += "data".utf8
    bytes.append(number: audioBytes)
    return bytes
  }

  /// The cues and their labels.
  private var tail: [UInt8] {
    guard !cues.isEmpty else { return [] }
    var points: [UInt8] = []
    var labels = Array("adtl".utf8)
    points.append(number: cues.count)
    for (index, cue) in cues.enumerated() {
      points.append(number: index + 1)
      points.append(number: cue.position)
      points += "data".utf8
      points.append(number: 0)
      points.append(number: 0)
      points.append(number: cue.position)
      let text = cue.label.utf8.prefix(Self.longestLabel) + [0]
      labels += "labl".utf8
      labels.append(number: 4 + text.count)
      labels.append(number: index + 1)
      labels += text
      if text.count % 2 != 0 { labels.append(0) }
    }
    var bytes = Array("cue ".utf8)
    bytes.append(number: points.count)
    bytes += points
    bytes += "LIST".utf8
    bytes.append(number: labels.count)
    return bytes + labels
  }
}

extension Array where Element == UInt8 {
  /// Appends 32 bits, little-endian; the largest where the number needs more.
  mutating func append(number: Int) {
    let value = UInt32(clamping: number)
    for shift in stride(from: 0, to: 32, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
    }
  }
}
