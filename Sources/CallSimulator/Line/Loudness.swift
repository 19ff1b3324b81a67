import AudioEngine

/// Whether a listener would notice a piece of audio.
enum Loudness {
  /// Peaks up to this are silence, line noise or the fading end of a word: -44 dB of full scale.
  static let audiblePeak: UInt16 = 200

  /// Whether any sample is audible.
  static func isAudible(_ bytes: ArraySlice<UInt8>, _ format: WireFormat) -> Bool {
    endOfAudible(bytes, format) != nil
  }

  /// The bytes up to and including the last audible sample; nil where all is quiet.
  static func endOfAudible(_ bytes: ArraySlice<UInt8>, _ format: WireFormat) -> Int? {
    let samples = WaveFile(format, wire: bytes.span).samples
    return samples.lastIndex { $0.magnitude > audiblePeak }
      .map { ($0 + 1) * format.encoding.bytesPerSample }
  }
}
