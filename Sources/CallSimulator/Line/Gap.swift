import AudioEngine

/// A stretch of silence that the caller heard because no audio had arrived in time.
public struct Gap: Codable, Hashable, Sendable {
  /// When it began, in milliseconds since the stream's start.
  public let atMs: Double
  /// How long it lasted, in milliseconds.
  public let durationMs: Double
  /// Whether the audio on both sides is loud enough for the hole to be noticed. A pause between
  /// two utterances is quiet on one side at least, since speech fades and tails are padded.
  public let audible: Bool
}

extension Duration {
  /// Milliseconds for reports, to a tenth.
  var inTenthsOfMilliseconds: Double { (inMilliseconds * 10).rounded() / 10 }
}

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
