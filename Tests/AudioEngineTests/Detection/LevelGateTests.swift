import SeededRandom
import Testing

@testable import AudioEngine

@Suite struct LevelGateTests {
  private func noise(_ milliseconds: Int, amplitude: Int, seed: UInt64 = 1) -> [Int16] {
    var random = SplitMix64(seed: seed)
    return (0..<(milliseconds * 8)).map { _ in
      Int16(Int.random(in: -amplitude...amplitude, using: &random))
    }
  }

  /// The edges, with the time of the block that held each, in milliseconds.
  private func edges(_ samples: [Int16], cut: Int = 80) -> [(edge: SpeechEdge, at: Int)] {
    var gate = LevelGate()
    var found: [(SpeechEdge, Int)] = []
    for start in stride(from: 0, to: samples.count, by: cut) {
      let piece = Array(samples[start..<min(start + cut, samples.count)])
      if let edge = gate.hear(piece.span, rate: .hz8000) {
        found.append((edge, (start + piece.count) / 8))
      }
    }
    return found
  }

  @Test("opens on speech within its onset and closes after its hangover")
  func opensAndCloses() {
    let line =
      noise(1_000, amplitude: 100) + noise(1_000, amplitude: 6_000)
      + noise(1_000, amplitude: 100)
    let found = edges(line)
    #expect(found.map(\.edge) == [.began, .ended])
    #expect(found.map(\.at) == [1_060, 2_400])
  }

  @Test("ignores a click, silence and a steady noise that is not louder than its floor")
  func staysShut() {
    #expect(edges([Int16](repeating: 0, count: 16_000)).isEmpty)
    #expect(edges(noise(500, amplitude: 50) + noise(30, amplitude: 9_000)).isEmpty)
    let found = edges(noise(60_000, amplitude: 1_000))
    #expect(found.last?.edge == .ended, "a noise that never ends is not speech for ever")
  }

  @Test("hears the same however the audio is cut", arguments: [1, 7, 160, 333, 1_600])
  func cutInvariant(cut: Int) {
    let line = noise(300, amplitude: 80) + noise(700, amplitude: 7_000) + noise(900, amplitude: 80)
    #expect(edges(line, cut: cut).map(\.edge) == [.began, .ended])
  }

  @Test("interrupts the bot's speech in the very message that decides")
  func bargesIn() throws {
    var driver = try SessionDriver()
    driver.session.detector = LevelGate()
    driver.session.bargeIn = .immediate
    try driver.begin()
    _ = try driver.session.write(
      SessionDriver.noise(80_000).span, to: driver.epoch, at: driver.time)
    driver.run(.milliseconds(800))
    for block in 0..<6 {
      var message = MessageBuffer()
      var writer = Base64Writer()
      let bytes = SessionDriver.bytes(noise(10, amplitude: 8_000, seed: UInt64(block)))
      unsafe writer.append(bytes.span.bytes, to: &message)
      writer.finish(&message)
      _ = driver.session.receive(message.bytes, at: driver.time)
      let next = driver.session.poll(at: driver.time)
      #expect((next == .clear) == (block == 5))
    }
    driver.settle()
    #expect(
      driver.events.contains {
        if case .callerSpeech(let speech) = $0 { speech.edge == .began } else { false }
      })
    #expect(driver.events.contains { if case .bargedIn = $0 { true } else { false } })
    let chunks = driver.chunks.count
    driver.run(.seconds(2))
    #expect(driver.chunks.count == chunks)
  }
}
