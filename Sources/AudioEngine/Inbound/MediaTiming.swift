/// What a platform says about the place of one media message in its stream, as far as it says
/// anything.
public struct MediaTiming: Hashable, Sendable {
  /// The message's number among media messages.
  public var chunk: Int?
  /// The platform's clock, in milliseconds.
  public var timestampMilliseconds: Int?

  /// Makes the timing of one message.
  public init(chunk: Int? = nil, timestampMilliseconds: Int? = nil) {
    self.chunk = chunk
    self.timestampMilliseconds = timestampMilliseconds
  }
}

/// What became of one media message.
public enum ReceiveResult: Hashable, Sendable {
  /// Its audio waits to be read.
  case taken
  /// It held no audio.
  case empty
  /// Its payload was not base64; the position of the first wrong character. Nothing was taken.
  case invalidBase64(position: Int)
  /// It had been received before. Nothing was taken.
  case duplicate
  /// The session is closed. Nothing was taken.
  case closed
}
