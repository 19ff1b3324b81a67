package import AudioEngine

/// A text of the bot's, and where in its utterance it lies.
package struct SpokenText: Sendable {
  package let text: String
  package let start: Duration
  package let end: Duration
  package let epoch: Epoch
}

extension CallVoice {
  /// Keeps a text, for who watches: the newest few.
  mutating func note(_ text: SpokenText) {
    if texts.count == 16 { texts.removeFirst() }
    texts.append(text)
  }
}

extension Call {
  /// The newest texts that the bot has attached to its speech, oldest first; a few.
  package var spokenTexts: [SpokenText] { voice.texts }
}
