/// What a bot does wrong on its platform's wire, by kind. None ends a call by itself.
public enum BotFault: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// A message that cannot be read.
  case unreadable
  /// A binary message: no dialect has any.
  case binary
  /// An event that the dialect does not know.
  case unknownEvent
  /// A message that names another stream than this one. It is taken all the same.
  case wrongStream
  /// Audio that is not base64. Dropped.
  case invalidBase64
  /// A media message without audio.
  case emptyAudio
  /// A file's header in front of the audio, which would be heard as a click. Cut off.
  case header
  /// Compressed audio, as of an MP3 or Ogg file. Dropped.
  case compressed
  /// Samples with their bytes in the wrong order, which would be heard as noise. Put right.
  case swappedBytes
  /// 16-bit samples where mu-law or A-law is asked for. Heard as noise.
  case linearAsCompanded
  /// A file's header that tells another rate or encoding than the stream's.
  case formatMismatch
  /// Speech at half its speed or less: samples of a higher rate than the stream's, by their sound.
  case halfSpeed
  /// More audio than the queue holds; what came beyond it is lost.
  case queueFull
  /// More marks than may wait for their audio; those beyond are lost.
  case tooManyMarks
  /// The bot does not read what it is told: marks and keys are lost.
  case unread
  /// Keys that cannot be pressed on this platform.
  case unsupportedKeys
  /// The bot went on speaking while the caller did.
  case noClear

  /// The kind as one word, for logs and metrics.
  public var description: String { rawValue }

  /// Whether a bot that is held to the letter of its dialect has broken it; how well it converses is
  /// no such question, and what a sound is like is no proof.
  public var breaksDialect: Bool {
    self != .noClear && self != .unread && self != .halfSpeed
  }
}
