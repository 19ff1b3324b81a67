import AudioEngine
import CallSimulator
import Testing

@Suite struct KeyTonesTests {
  @Test(
    "each key is heard as itself, over speech and behind it", arguments: [8_000, 16_000, 24_000])
  func heard(hertz: Int) throws {
    let rate = try #require(SampleRate(hertz: hertz))
    let digits = Array("0123456789*#ABCD")
    let keys = digits.enumerated().map { index, digit in
      CallerScript.KeyPress(at: .milliseconds(200 + 200 * index), digit: digit)
    }
    let quiet = WaveFile(rate: rate, samples: [Int16](repeating: 12, count: hertz))
    let sound = KeyTones.press(keys + [.init(at: .zero, digit: "x")], in: quiet)
    #expect(sound.samples.count == hertz * 3_400 / 1_000)
    var detector = KeyToneDetector()
    var heard: [KeyTone] = []
    detector.hear(sound.samples.span, rate: rate) { edge in
      if case .ended(let tone) = edge { heard.append(tone) }
    }
    #expect(heard.map(\.digit) == digits)
    for (tone, key) in zip(heard, keys) {
      #expect(abs(tone.position.inMilliseconds - key.at.inMilliseconds) < 10)
    }
  }
}
