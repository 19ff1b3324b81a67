import AudioEngine
import Foundation
import SeededRandom
import Testing

@Suite struct BeepDetectorTests {
  /// Tones of one or two frequencies, each for so many milliseconds; none is silence.
  private static func sound(
    _ parts: [(hertz: [Double], milliseconds: Int)], rate: SampleRate = .hz8000,
    amplitude: Double = 8_000, noise: Double = 20
  ) -> [Int16] {
    var random = SplitMix64(seed: 8)
    var samples: [Int16] = []
    for part in parts {
      for index in 0..<part.milliseconds * rate.hertz / 1_000 {
        let time = 2 * Double.pi * Double(index) / Double(rate.hertz)
        var value = Double.random(in: -noise...noise, using: &random)
        for hertz in part.hertz { value += amplitude * sin(time * hertz) }
        samples.append(Int16(value))
      }
    }
    return samples
  }

  private static func beeps(
    _ samples: [Int16], rate: SampleRate = .hz8000, pieces: Int = 160
  ) -> [Beep] {
    var detector = BeepDetector()
    var found: [Beep] = []
    for start in stride(from: 0, to: samples.count, by: pieces) {
      let end = min(start + pieces, samples.count)
      if let beep = detector.hear(samples.span.extracting(start..<end), rate: rate) {
        found.append(beep)
      }
    }
    return found
  }

  @Test(
    "a tone with quiet behind it is a beep, wherever it lies",
    arguments: [
      (8_000, 1_000.0, 500), (8_000, 620, 200), (8_000, 1_400, 900), (16_000, 850, 400),
      (24_000, 1_900, 250), (8_000, 1_004, 1_900),
    ])
  func tones(hertz: Int, frequency: Double, milliseconds: Int) throws {
    let rate = try #require(SampleRate(hertz: hertz))
    let samples = Self.sound([([], 733), ([frequency], milliseconds), ([], 400)], rate: rate)
    for pieces in [1, 97, 160, 4_800] {
      let found = Self.beeps(samples, rate: rate, pieces: pieces)
      try #require(found.count == 1)
      #expect(abs(Double(found[0].hertz) - frequency) <= frequency / 100, "\(found[0].hertz)")
      #expect(abs(found[0].position.inMilliseconds - 733) <= 25)
      #expect(abs(found[0].duration.inMilliseconds - Double(milliseconds)) <= 45)
    }
  }

  @Test("tones of the network, keys, noise, what is too short or long and what goes on are none")
  func others() {
    let others: [[(hertz: [Double], milliseconds: Int)]] = [
      [([425], 1_000), ([], 400)], [([440, 480], 1_000), ([], 400)],
      [([480, 620], 500), ([], 500)], [([770, 1_336], 200), ([], 400)],
      [([950], 330), ([1_400], 330), ([1_800], 330), ([], 1_000)], [([2_100], 1_500), ([], 400)],
      [([1_000], 60), ([], 400)], [([1_000], 2_500), ([], 400)],
      [([1_000], 500), ([1_000, 1_510], 400)], [([1_000], 1_000)],
    ]
    for parts in others {
      #expect(Self.beeps(Self.sound(parts)).isEmpty, "\(parts)")
    }
    #expect(Self.beeps(Self.sound([([], 2_000)], noise: 20_000)).isEmpty)
    #expect(Self.beeps(Self.sound([([], 200), ([1_000], 500), ([], 400)], amplitude: 200)).isEmpty)
  }

  @Test("noise 20 dB below a beep does not hide it")
  func noise() {
    let samples = Self.sound([([], 500), ([1_000], 500), ([], 400)], amplitude: 8_000, noise: 700)
    #expect(Self.beeps(samples).count == 1)
  }

  @Test("a session tells of it and of keys, where it is asked to")
  func session() throws {
    let wire = WireFormat(.linear16, .hz8000)
    let samples = Self.sound([
      ([], 400), ([1_000], 400), ([], 400), ([770, 1_336], 100), ([], 60), ([941, 1_477], 100),
      ([], 100),
    ])
    for isAsked in [false, true] {
      var session = try MediaSession(
        configuration: SessionConfiguration(
          wire: wire, botRate: .hz16000,
          playback: PlaybackPolicy(
            chunk: ChunkPolicy(minimumBytes: 320, maximumBytes: 3_200, multipleBytes: 320))))
      session.hearsBeeps = isAsked
      session.hearsKeys = isAsked
      #expect(session.hearsBeeps == isAsked && session.hearsKeys == isAsked)
      var beeps: [Beep] = []
      var keys = ""
      for start in stride(from: 0, to: samples.count, by: 160) {
        var bytes = [UInt8](repeating: 0, count: 320)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        Linear16.encode(samples.span.extracting(start..<(start + 160)), into: &raw)
        _ = unsafe session.receive(
          payload: bytes.span.bytes, at: MonotonicTime(nanoseconds: Int64(start) * 125_000))
        while let event = session.nextEvent() {
          if case .beep(let beep) = event { beeps.append(beep) }
          if case .keyTone(let tone) = event { keys.append(tone.digit) }
        }
      }
      #expect(keys == (isAsked ? "5#" : ""))
      #expect(beeps.map(\.position) == (isAsked ? [.milliseconds(400)] : []))
    }
  }
}
