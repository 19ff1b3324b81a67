import AudioEngine
import BotTransport

/// The bots that `sidetone serve` has.
enum BuiltInBot {
  /// Gives back what it hears.
  case echo
  /// Hears and says nothing.
  case silence
  /// Says a recording, and hears until the call ends.
  case play(WaveFile)
  /// Says a recording again and again; interrupted, it is silent for a second and begins anew.
  case repeats(WaveFile)

  /// Reads a bot's name, and the file that it says.
  init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let file = parts.count == 2 ? String(parts[1]) : nil
    switch (String(parts[0]), file) {
    case ("echo", nil): self = .echo
    case ("silence", nil): self = .silence
    case ("play", let file?) where !file.isEmpty: self = .play(try SoundFile.readSpeech(file))
    case ("repeat", let file?) where !file.isEmpty:
      self = .repeats(try SoundFile.readSpeech(file))
    case (let name, _) where name == "play" || name == "repeat":
      throw UsageError("--bot \(name): wants a file: --bot \(name):FILE.wav")
    default:
      throw UsageError(
        "--bot \(text) is unknown: take echo, silence, play:FILE.wav or repeat:FILE.wav")
    }
  }

  /// Carries one call to its end.
  func carry(_ call: Call) async throws {
    switch self {
    case .echo:
      for await frame in call.audio { try await call.send(frame) }
    case .silence:
      await hear(call)
    case .play(let file):
      // What nobody reads would fill the queue and be told as a slow bot's.
      async let hearing: Void = hear(call)
      _ = try await say(file, to: call)
      await hearing
    case .repeats(let file):
      async let hearing: Void = hear(call)
      while !Task.isCancelled {
        if try await !say(file, to: call) { try? await Task.sleep(for: .seconds(1)) }
      }
      await hearing
    }
  }

  /// Hears the caller out and keeps nothing.
  private func hear(_ call: isolated Call) async {
    for await _ in call.audio {}
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
