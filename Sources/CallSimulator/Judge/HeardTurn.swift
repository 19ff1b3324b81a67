/// One turn of a conversation as the caller has it: the caller stops speaking, the bot answers.
public struct HeardTurn: Codable, Hashable, Sendable {
  /// When the caller's last loud sound ended, in milliseconds since the stream's start.
  public let speechEndMs: Double
  /// When the caller began to hear the answer, on the same clock; nil without one before the caller
  /// spoke again or hung up.
  @NullWhenNil public var firstSoundMs: Double?
  /// From the one to the other: the silence that the caller waits through; nil without an answer.
  @NullWhenNil public var responseMs: Double?
  /// Whether the caller spoke again before the answer had ended.
  public let interrupted: Bool

  /// Makes a turn of what was heard, in milliseconds.
  init(speechEndMs: Double, firstSoundMs: Double?, interrupted: Bool) {
    self.speechEndMs = speechEndMs
    self.firstSoundMs = firstSoundMs
    self.interrupted = interrupted
    responseMs = firstSoundMs.map { (($0 - speechEndMs) * 10).rounded() / 10 }
  }
}
