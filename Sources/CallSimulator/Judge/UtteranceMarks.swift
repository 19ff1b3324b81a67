/// Whether a bot's marks say where its utterances end.
///
/// A mark with silence behind it ends what was said: the silence is a pause. Bots that mark every few
/// hundred milliseconds to know what was heard have most of their marks in the middle of speech; where
/// their audio runs dry at one, that is a hole like any other.
struct UtteranceMarks: Sendable {
  /// Where the last mark stands, in bytes of audio before it.
  private var place: Int?
  private var inSpeech = 0
  private var beforeSilence = 0

  mutating func marked(after bytes: Int) { place = bytes }

  mutating func cleared() { place = nil }

  /// Audio goes on behind `bytes` bytes of it.
  ///
  /// - Returns: whether a silence before it was announced by a mark.
  mutating func goesOn(after bytes: Int, isSilentBefore: Bool) -> Bool {
    guard place == bytes else { return false }
    place = nil
    if isSilentBefore { beforeSilence += 1 } else { inSpeech += 1 }
    return isSilentBefore && beforeSilence >= inSpeech
  }
}
