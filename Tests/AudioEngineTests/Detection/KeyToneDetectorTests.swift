import AudioEngine
import CAllocationCount
import Foundation
import SeededRandom
import Testing

@Suite struct KeyToneDetectorTests {
  static let rows = [697.0, 770, 852, 941]
  static let columns = [1_209.0, 1_336, 1_477, 1_633]
  static let keys: [Character] = Array("123A456B789C*0#D")

  /// A key as a line may bring it: `off` is the deviation of both frequencies, `twist` the column's level
  /// in dB over the row's.
  static func key(
    _ digit: Character, _ milliseconds: Double, rate: Int = 8_000, dBFS: Double = -15,
    off: Double = 0, twist: Double = 0
  ) -> [Int16] {
    let index = keys.firstIndex(of: digit) ?? 0
    let step = 2 * Double.pi * (1 + off) / Double(rate)
    let amplitude = 32_768 * pow(10, dBFS / 20)
    let high = amplitude * pow(10, min(twist, 0) / 20)
    let low = amplitude * pow(10, -max(twist, 0) / 20)
    return (0..<Int(milliseconds * Double(rate) / 1_000)).map { sample in
      let time = Double(sample) * step
      return Int16(
        low * sin(time * rows[index / 4]) + high * sin(time * columns[index % 4] + 1))
    }
  }

  static func pause(_ milliseconds: Int, rate: Int = 8_000) -> [Int16] {
    [Int16](repeating: 0, count: milliseconds * rate / 1_000)
  }

  /// The keys of a line, taken in pieces of up to 5 ms.
  static func heard(
    _ line: [Int16], _ rate: SampleRate = .hz8000, cut: () -> Int = { 40 }
  ) -> [KeyTone] {
    var detector = KeyToneDetector()
    var tones: [KeyTone] = []
    var start = 0
    while start < line.count {
      let count = min(cut(), line.count - start)
      let piece = line.span.extracting(start..<(start + count))
      if case .ended(let tone) = detector.hear(piece, rate: rate) { tones.append(tone) }
      start += count
    }
    if let tone = detector.finish() { tones.append(tone) }
    return tones
  }

  static func digits(_ line: [Int16], _ rate: SampleRate = .hz8000) -> String {
    String(heard(line, rate).map(\.digit))
  }

  @Test("hears every key at every rate, where and how long", arguments: SampleRate.telephony)
  func all(rate: SampleRate) throws {
    var line = Self.pause(200, rate: rate.hertz)
    for key in Self.keys {
      line += Self.key(key, 80, rate: rate.hertz) + Self.pause(80, rate: rate.hertz)
    }
    let tones = Self.heard(line, rate)
    #expect(tones.map(\.digit) == Self.keys)
    for (index, tone) in tones.enumerated() {
      #expect(abs(tone.position / .milliseconds(1) - Double(200 + 160 * index)) < 8, "\(tone)")
      #expect(abs(tone.duration / .milliseconds(1) - 80) < 12, "\(tone)")
    }
  }

  /// Whatever the place of a key between the hops.
  @Test("takes 40 ms and not 23, whenever they begin", arguments: 0..<16)
  func durations(key: Int) {
    let digit = Self.keys[key]
    for shift in stride(from: 0, to: 51, by: 3) {
      let lead = [Int16](repeating: 0, count: 800 + shift)
      let tail = Self.pause(60)
      #expect(Self.digits(lead + Self.key(digit, 40) + tail) == String(digit), "\(shift)")
      #expect(Self.digits(lead + Self.key(digit, 23) + tail).isEmpty, "\(shift)")
    }
  }

  @Test("takes frequencies off by 1.5 % and not by 3.5 %", arguments: 0..<16)
  func deviation(key: Int) {
    let digit = Self.keys[key]
    for off in [-0.015, -0.01, 0.01, 0.015] {
      let line = Self.pause(50) + Self.key(digit, 60, off: off) + Self.pause(60)
      #expect(Self.digits(line) == String(digit), "\(off)")
    }
    for off in [-0.05, -0.035, 0.035, 0.05] {
      let line = Self.pause(50) + Self.key(digit, 200, off: off) + Self.pause(60)
      #expect(Self.digits(line).isEmpty, "\(off)")
    }
  }

  @Test("takes a column 4 dB above or 8 dB below its row, and neither alone")
  func twist() {
    for digit in Self.keys {
      for twist in [-8.0, -4, 4] {
        let line = Self.pause(50) + Self.key(digit, 60, twist: twist) + Self.pause(60)
        #expect(Self.digits(line) == String(digit), "\(twist)")
      }
      for twist in [-20.0, 20] {
        let line = Self.pause(50) + Self.key(digit, 300, twist: twist) + Self.pause(60)
        #expect(Self.digits(line).isEmpty, "\(twist)")
      }
    }
  }

  @Test("takes keys from -3 to -33 dBFS, and none below -45")
  func levels() {
    for level in stride(from: -7.0, through: -33, by: -2) {
      #expect(Self.digits(Self.key("5", 60, dBFS: level) + Self.pause(60)) == "5", "\(level)")
    }
    for level in [-45.0, -60] {
      #expect(Self.digits(Self.key("5", 200, dBFS: level) + Self.pause(60)).isEmpty)
    }
  }

  @Test("a gap of 10 ms makes no second key of one, a pause of 40 does")
  func gaps() {
    for shift in stride(from: 0, to: 51, by: 5) {
      let lead = [Int16](repeating: 0, count: 400 + shift)
      for (gap, digits) in [(10, "7"), (40, "77")] {
        let line = lead + Self.key("7", 60) + Self.pause(gap) + Self.key("7", 60)
        #expect(Self.digits(line + Self.pause(60)) == digits, "\(gap) ms at \(shift)")
      }
      let change = lead + Self.key("7", 60) + Self.key("3", 60) + Self.pause(60)
      #expect(Self.digits(change) == "73")
    }
  }

  @Test("hears keys in noise of 15 dB, and none in noise, tones or speech alone")
  func noise() throws {
    var random = SplitMix64(seed: 4)
    func noise(_ count: Int, _ amplitude: Double) -> [Int16] {
      (0..<count).map { _ in Int16(Double.random(in: -amplitude...amplitude, using: &random)) }
    }
    var line: [Int16] = []
    for key in Self.keys { line += Self.key(key, 60) + Self.pause(60) }
    // A uniform noise's power is a third of its amplitude's; both tones' is the amplitude's square.
    let amplitude = 32_768 * pow(10, -15.0 / 20) * 3.0.squareRoot() * pow(10, -15.0 / 20)
    let noisy = zip(line, noise(line.count, amplitude)).map { $0 + $1 }
    #expect(Self.digits(noisy) == String(Self.keys))
    #expect(Self.digits(noise(400_000, 10_000)).isEmpty)
    for hertz in stride(from: 300.0, to: 3_400, by: 13) {
      let tone = (0..<1_600).map { Int16(9_000 * sin(Double($0) * 2 * .pi * hertz / 8_000)) }
      #expect(Self.digits(tone).isEmpty, "\(hertz) Hz")
    }
    #expect(try Self.digits(VoiceDetectorTests.speech(.hz8000)).isEmpty)
  }

  @Test("hears the same however the audio is cut, and allocates nothing", .countsAllocations)
  func cuts() {
    var random = SplitMix64(seed: 9)
    let line = Self.pause(30) + Self.key("1", 70) + Self.pause(50) + Self.key("#", 45)
    let whole = Self.heard(line)
    #expect(whole.count == 2)
    for _ in 0..<20 {
      #expect(Self.heard(line) { Int.random(in: 1...45, using: &random) } == whole)
    }
    var detector = KeyToneDetector()
    _ = detector.hear(line.span, rate: .hz16000)
    let before = allocation_count()
    _ = detector.hear(line.span, rate: .hz16000)
    #expect(allocation_count() == before)
  }
}
