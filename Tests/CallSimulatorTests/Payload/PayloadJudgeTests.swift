import AudioEngine
import Foundation
import SeededRandom
import Testing

@testable import CallSimulator

/// What the judge says of audio: nothing of what is sound, and the right thing of what is not.
@Suite("PayloadJudge") struct PayloadJudgeTests {
  static let formats = [
    WireFormat(.linear16, .hz8000), WireFormat(.linear16, .hz16000),
    WireFormat(.linear16, .hz24000),
    WireFormat(.mulaw, .hz8000), WireFormat(.alaw, .hz8000),
  ]
  private static let hasPrompts = !Prompts.some(1).isEmpty

  private func wire(_ samples: [Int16], _ format: WireFormat) throws -> [UInt8] {
    let sound = WaveFile(rate: format.rate, samples: samples)
    return try #require(CallerScript(saying: sound, as: format.encoding)).audio
  }

  private func kinds(_ audio: [UInt8], _ format: WireFormat, chunkMs: Int = 100) -> [String] {
    let chunk = format.byteCount(nanoseconds: Int64(chunkMs) * 1_000_000)
    let edges = Array(stride(from: chunk, to: audio.count, by: chunk))
    return PayloadJudge(format: format).traces(of: audio, edges: edges).map(\.kind.rawValue)
  }

  private func words(_ samples: [Int16], swapped: Bool = false) -> [UInt8] {
    samples.flatMap { sample -> [UInt8] in
      let bits = UInt16(bitPattern: sample)
      let pair = [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
      return swapped ? pair.reversed() : pair
    }
  }

  @Test(
    "recorded speech is sound at every rate and in every encoding",
    .enabled(if: hasPrompts, Prompts.why), arguments: formats)
  func speech(format: WireFormat) throws {
    // Three at least, and one of each language.
    for path in Prompts.some(Prompts.languages.count > 2 ? 1 : 3) {
      let audio = try wire(Prompts.samples(path, at: format.rate), format)
      #expect(kinds(audio, format, chunkMs: 20) == [], "\(path)")
    }
  }

  @Test("tones, noise and silence are sound", arguments: formats)
  func plain(format: WireFormat) throws {
    let rate = Double(format.rate.hertz)
    var random = SplitMix64(seed: 7)
    let count = format.rate.hertz * 3
    var sounds: [String: [Int16]] = ["silence": Array(repeating: 0, count: count)]
    for hertz in [50.0, 440, 2_000] {
      for level in [0.01, 0.5, 0.999] {
        sounds["\(hertz) Hz at \(level)"] = (0..<count).map {
          Int16(32_767 * level * sin(2 * .pi * hertz * Double($0) / rate))
        }
      }
    }
    for (low, high) in [(697.0, 1_209.0), (350, 440)] {
      sounds["\(low) and \(high) Hz"] = (0..<count).map { index in
        let time = 2 * Double.pi * Double(index) / rate
        // As keys are pressed: half on, half off, each for a tenth of a second.
        let isOn = index / (format.rate.hertz / 10) % 2 == 0
        return isOn ? Int16(9_000 * (sin(low * time) + sin(high * time))) : 0
      }
    }
    for level in [4, 300, 8_000, 32_000] {
      sounds["white noise of \(level)"] = (0..<count).map { _ in
        Int16.random(in: Int16(-level)...Int16(level), using: &random)
      }
      var state = 0.0
      sounds["brown noise of \(level)"] = (0..<count).map { _ in
        state = state * 0.98 + Double.random(in: -0.2...0.2, using: &random)
        return Int16(max(min(state, 1), -1) * Double(level))
      }
    }
    for (name, samples) in sounds {
      let found = try kinds(wire(samples, format), format)
      #expect(found == [], "\(name)")
    }
  }

  @Test(
    "bytes that are not what their stream says", .enabled(if: hasPrompts, Prompts.why))
  func encodings() throws {
    let linear = WireFormat(.linear16, .hz8000)
    let mulaw = WireFormat(.mulaw, .hz8000)
    for path in Prompts.some(2) {
      let samples = try Prompts.samples(path)
      let plain = words(samples)
      let floats = samples.flatMap { sample -> [UInt8] in
        let bits = (Float(sample) / 32_768).bitPattern
        return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
      }
      let bytes = samples.map { UInt8(truncatingIfNeeded: Int($0) / 256 + 128) }
      let law = try wire(samples, mulaw)
      let other = try wire(samples, WireFormat(.alaw, .hz8000))
      #expect(kinds(words(samples, swapped: true), linear) == ["byteSwapped"], "\(path)")
      #expect(kinds(Array(plain.dropFirst().dropLast()), linear) == ["oddOffset"], "\(path)")
      #expect(kinds(law, linear) == ["mulaw"], "\(path)")
      #expect(kinds(other, linear) == ["alaw"], "\(path)")
      #expect(kinds(bytes, linear) == ["unsignedBytes"], "\(path)")
      #expect(kinds(floats, linear) == ["floatingPoint"], "\(path)")
      #expect(kinds(plain, mulaw) == ["linearInG711"], "\(path)")
      #expect(kinds(words(samples, swapped: true), mulaw) == ["linearInG711"], "\(path)")
      #expect(kinds(other, mulaw) == ["alaw"], "\(path)")
    }
  }

  @Test("one utterance of another encoding among right ones", .enabled(if: hasPrompts, Prompts.why))
  func mixed() throws {
    let format = WireFormat(.mulaw, .hz8000)
    let paths = Prompts.some(4)
    let right = try paths.prefix(4).flatMap { try wire(Prompts.samples($0), format) }
    let wrong = try words(Prompts.samples(paths[0]))
    let traces = PayloadJudge(format: format).traces(of: right + wrong + right, edges: [])
    #expect(traces.map(\.kind) == [.linearInG711])
    #expect(traces.first.map { $0.sample >= right.count } == true)
  }

  @Test("audio of another rate", .enabled(if: hasPrompts, Prompts.why))
  func rates() throws {
    let paths = Prompts.some(2, of: 4).filter { !$0.contains("it_IT") }
    var found = [String: Int]()
    for path in paths {
      let half = try words(Prompts.samples(path, at: .hz16000))
      let twice = try words(Prompts.samples(path))
      for kind in kinds(half, WireFormat(.linear16, .hz8000)) {
        found["half " + kind, default: 0] += 1
      }
      for kind in kinds(twice, WireFormat(.linear16, .hz16000)) {
        found["twice " + kind, default: 0] += 1
      }
    }
    // A short monotone sentence may keep what it is to itself, but nothing is taken for its contrary.
    #expect(Set(found.keys) == ["half tooSlow", "twice tooFast"])
    #expect(found.values.allSatisfy { $0 >= paths.count - 1 }, "\(found)")
  }

  @Test(
    "levels: cut off, and off the middle", .enabled(if: hasPrompts, Prompts.why), arguments: formats
  )
  func levels(format: WireFormat) throws {
    for path in Prompts.some(1) {
      let samples = try Prompts.samples(path, at: format.rate)
      let loud = samples.map { Int16(clamping: Int($0) * 12) }
      #expect(try kinds(wire(loud, format), format) == ["clipping"], "\(path)")
      let high = samples.map { Int16(clamping: Int($0) / 2 + 2_000) }
      #expect(try kinds(wire(high, format), format) == ["offset"], "\(path)")
    }
  }

  @Test(
    "a resampler made anew for each chunk", .enabled(if: hasPrompts, Prompts.why),
    arguments: [SampleRate.hz16000, .hz24000])
  func seams(rate: SampleRate) throws {
    let format = WireFormat(.linear16, rate)
    for path in Prompts.some(1) {
      let source = try Prompts.samples(path)
      let samples = try stride(from: 0, to: source.count - 800, by: 800).flatMap {
        try Prompts.resampled(Array(source[$0..<$0 + 800]), from: .hz8000, to: rate)
      }
      #expect(kinds(words(samples), format) == ["edgeClicks"], "\(path)")
    }
  }
}
