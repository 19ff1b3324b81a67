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
