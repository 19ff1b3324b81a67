import BotTransport

/// A bot that says a menu, takes keys while it speaks, and stops speaking when the caller does.
///
///     swift run MenuBot
///     swift run sidetone call ws://127.0.0.1:5001/exotel --provider exotel --audio VOICE.wav
@main struct MenuBot {
  static func main() async throws {
    var configuration = ServerConfiguration()
    configuration.call.bargeInDetector = { LevelGate() }
    try await BotServer(port: 5001, configuration: configuration).run { try await serve($0) }
  }

  /// The same for a call of any platform.
  static func serve(_ call: some MediaCall) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await call.play(menu) }
      // Whoever speaks is heard, here only to be counted.
      group.addTask { for await _ in call.audio {} }
      for await event in call.events {
        switch event {
        case .key(let key):
          await call.interrupt()
          // Each answer beside the loop, so that the next key is heard while it is said.
          let choice = beep(count: key.digit?.wholeNumberValue ?? 1)
          group.addTask { try await call.play(choice) }
        case .bargedIn(let interruption):
          print("the caller spoke after \(interruption.played) of the menu")
        case .ended(let end):
          print("closed with \(end.closeCode ?? 1006)")
        default:
          break
        }
      }
      try await group.waitForAll()
    }
  }

  /// Stands in for recorded words: falling tones, as a synthesiser would give them.
  private static let menu = WaveFile(
    rate: .hz24000, samples: [880, 660, 440].flatMap { tone(hertz: $0, samples: 12_000).samples })

  private static func beep(count: Int) -> WaveFile {
    let pause = [Int16](repeating: 0, count: 2_400)
    let one = tone(hertz: 1_000, samples: 2_400).samples + pause
    return WaveFile(rate: .hz24000, samples: (0..<count).flatMap { _ in one })
  }

  private static func tone(hertz: Int, samples: Int) -> WaveFile {
    let half = 24_000 / hertz / 2
    return WaveFile(
      rate: .hz24000, samples: (0..<samples).map { $0 / half % 2 == 0 ? 4_000 : -4_000 })
  }
}
