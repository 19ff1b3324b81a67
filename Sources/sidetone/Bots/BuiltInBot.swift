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
  /// Says a recording again and again; interrupted, it is silent for a second and begins anew.
  case repeats(WaveFile)

  /// Carries one call to its end.
  func carry(_ call: Call) async throws {
    switch self {
    case .echo:
      for await frame in call.audio { try await call.send(frame) }
    case .silence:
      for await _ in call.audio {}
    case .play(let file):
      _ = try await say(file, to: call)
      for await _ in call.audio {}
    case .repeats(let file):
      while !Task.isCancelled {
        if try await !say(file, to: call) { try? await Task.sleep(for: .seconds(1)) }
      }
    }
  }

  /// Says a recording; false where the caller has interrupted it: the rest is not wanted, and the call
  /// goes on.
  private func say(_ file: WaveFile, to call: Call) async throws -> Bool {
    let utterance = try await call.say(UtteranceOptions(rate: file.rate))
    do {
      try await utterance.write(file.samples)
      try await utterance.finish()
      return true
    } catch SpeechError.interrupted {
      return false
    }
  }
}
