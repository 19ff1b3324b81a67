import AudioEngine
import BotTransport

/// The bots that `sidetone serve` has.
enum BuiltInBot {
  /// Gives back what it hears.
  case echo
  /// Hears and says nothing.
  case silence
  /// Says a recording, then hears.
  case play(WaveFile)

  /// Carries one call to its end.
  func carry(_ call: Call) async throws {
    switch self {
    case .echo:
      for await frame in call.audio { try await call.send(frame) }
    case .silence:
      for await _ in call.audio {}
    case .play(let file):
      let utterance = try await call.say(UtteranceOptions(rate: file.rate))
      do {
        try await utterance.write(file.samples)
        try await utterance.finish()
      } catch SpeechError.interrupted {
        // The caller has spoken: the rest is not wanted, and the call goes on.
      }
      for await _ in call.audio {}
    }
  }
}
