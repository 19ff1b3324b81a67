import AudioEngine
import Foundation
import Testing

@testable import Telephony

@Suite("SlowSpeechCheck") struct SlowSpeechCheckTests {
  private static let voices = "/usr/share/asterisk/sounds"
  static let languages =
    ((try? FileManager.default.contentsOfDirectory(atPath: voices)) ?? []).sorted()

  /// Twenty seconds of prompts, one behind the other.
  private func speech(_ language: String) throws -> [Int16] {
    let folder = "\(Self.voices)/\(language)"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    var samples: [Int16] = []
    for name in names where name.hasSuffix(".wav") && samples.count < 160_000 {
      let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
      if let file = try? WaveFile(bytes: data.span), file.rate == .hz8000 {
        samples += file.samples
      }
    }
    return samples
  }

  private func resampled(_ samples: [Int16], to rate: SampleRate) throws -> [Int16] {
    var resampler = try Resampler(from: .hz8000, to: rate)
    var output = [Int16](repeating: 0, count: resampler.outputBound(inputCount: samples.count))
    var room = output.mutableSpan
    let count = resampler.resample(samples.span, into: &room)
    return Array(output.prefix(count))
  }

  /// Whether it is told, of samples in pieces of 20 ms.
  private func isTold(_ samples: [Int16], hertz: Int) -> Bool {
    var check = SlowSpeechCheck(hertz: hertz)
    var told = 0
    for start in stride(from: 0, to: samples.count - hertz / 50, by: hertz / 50) {
      if check.add(samples.span.extracting(start..<start + hertz / 50)) { told += 1 }
    }
    #expect(told <= 1)
    return told == 1
  }

  @Test(
    "speech is heard at its own speed, or at half and a third of it",
    .enabled(if: !languages.isEmpty, "no prompts under \(voices): scripts/setup installs them"),
    arguments: languages)
  func speeds(language: String) throws {
    let speech = try speech(language)
    let twice = try resampled(Array(speech.prefix(80_000)), to: .hz16000)
    #expect(!isTold(speech, hertz: 8_000))
    // The same speech, rightly and wrongly labelled.
    #expect(!isTold(twice, hertz: 16_000))
    #expect(isTold(twice, hertz: 8_000))
    let thrice = try resampled(Array(speech.prefix(60_000)), to: .hz24000)
    #expect(isTold(thrice, hertz: 8_000))
  }

  @Test("tones, hum, keys, noise and silence are no speech")
  func others() {
    var state: UInt32 = 1
    func noise() -> Double {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Double(Int32(bitPattern: state)) / Double(Int32.max)
    }
    let count = 120_000
    func tone(_ hertz: Double, _ index: Int) -> Double {
      8_000 * sin(Double(index) * 2 * .pi * hertz / 8_000)
    }
    var smooth = 0.0
    func rumble() -> Double {
      smooth += (noise() * 9_000 - smooth) / 8
      return smooth
    }
    var sounds: [[Double]] = [(0..<count).map { tone(400, $0) }]
    sounds.append((0..<count).map { (tone(50, $0) + tone(150, $0)) / 2 })
    // Ringing: a second of 425 Hz, four of silence.
    sounds.append((0..<count).map { $0 % 40_000 < 8_000 ? tone(425, $0) : 0 })
    sounds.append((0..<count).map { _ in 6_000 * noise() })
    sounds.append((0..<count).map { _ in rumble() })
    sounds.append([Double](repeating: 0, count: count))
    for (index, sound) in sounds.enumerated() {
      #expect(!isTold(sound.map { Int16($0) }, hertz: 8_000), "\(index)")
    }
  }

  @Test("a bot's wrong rate is told once a call, and only to those who ask")
  func told() throws {
    guard let language = Self.languages.first else { return }
    let twice = try resampled(Array(try speech(language).prefix(80_000)), to: .hz16000)
    let trial = try ProxyTrial(WireFormat(.linear16, .hz8000), dialect: .exotel)
    trial.begin()
    for start in stride(from: 0, to: twice.count - 1_600, by: 1_600) {
      _ = trial.send(
        ProxyTrial.media(Array(twice[start..<start + 1_600]), .exotel, .linear16))
    }
    #expect(trial.faults == [.halfSpeed: 1])
    #expect(!BotFault.halfSpeed.breaksDialect)
  }
}
