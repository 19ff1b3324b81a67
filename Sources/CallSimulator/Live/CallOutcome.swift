public import AudioEngine

/// What a finished call leaves behind.
public struct CallOutcome: Sendable {
  /// The verdict and the figures.
  public let report: CallReport
  /// What the caller heard from the stream's start, silence included.
  public let heard: WaveFile
}
