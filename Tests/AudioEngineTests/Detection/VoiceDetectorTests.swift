import AudioEngine
import CAllocationCount
import Foundation
import SeededRandom
import Testing

@Suite struct VoiceDetectorTests {
  /// espeak-ng's voice from the golden vectors.
  static func speech(_ rate: SampleRate) throws -> [Int16] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../TestVectors/signals/speech-\(rate.hertz).wav")
    return try WaveFile(bytes: Data(contentsOf: file).span).samples
  }

  static func noise(_ count: Int, amplitude: Int, seed: UInt64 = 1) -> [Int16] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in Int16(Int.random(in: -amplitude...amplitude, using: &random)) }
  }

  /// All edges, and the probability of each window.
  static func heard(
    _ line: [Int16], _ rate: SampleRate, _ settings: VoiceDetector.Settings = .init(),
    using kernels: Kernels = .best, cuts: () -> Int = { 40 }
  ) -> (edges: [SpeechBoundary], probabilities: [Double], skipped: Int) {
    var detector = VoiceDetector(settings, using: kernels)
    var edges: [SpeechBoundary] = []
    var probabilities: [Double] = []
    var start = 0
    while start < line.count {
      let count = min(cuts(), line.count - start)
      let edge = detector.hear(line.span.extracting(start..<(start + count)), rate: rate)
      if let last = detector.lastEdge, edge != nil { edges.append(last) }
      if detector.windowCount > probabilities.count { probabilities.append(detector.probability) }
      start += count
    }
    return (edges, probabilities, detector.skippedCount)
  }

  @Test("finds speech in noise and where it truly began", arguments: SampleRate.telephony)
  func speech(rate: SampleRate) throws {
    let lead = Self.noise(rate.hertz, amplitude: 60)
    let line = lead + (try Self.speech(rate)) + Self.noise(rate.hertz, amplitude: 60, seed: 2)
    let (edges, _, _) = Self.heard(line, rate)
    #expect(edges.first?.edge == .began && edges.last?.edge == .ended)
    let began = try #require(edges.first)
    #expect((0.85...1.2).contains(began.position / .seconds(1)), "\(began)")
    #expect(began.decided - began.position >= .milliseconds(64))
    #expect(began.probability.map { $0 > 0.5 } == true)
    for (edge, next) in zip(edges, edges.dropFirst()) {
      #expect(edge.edge != next.edge && edge.position <= next.position)
    }
  }

  @Test("is not fooled by noise, clicks or tones, however loud")
  func noSpeech() {
    let second = 8_000
    var line = Self.noise(5 * second, amplitude: 12_000)
    line += [Int16](repeating: 0, count: second)
    for start in 0..<20 {
      line += Self.noise(80, amplitude: 32_000, seed: UInt64(start))
      line += [Int16](repeating: 0, count: 3_000)
    }
    line += (0..<(3 * second)).map { Int16(9_000 * sin(Double($0) * 2 * .pi * 440 / 8_000)) }
    #expect(Self.heard(line, .hz8000).edges.isEmpty)
  }

  @Test("hears the same however the audio is cut, on every instruction set", arguments: 1...6)
  func cuts(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let rate = SampleRate.telephony[Int(seed) % 3]
    let silence = [Int16](repeating: 3, count: 3 * rate.hertz)
    let line = try Self.speech(rate) + silence + Self.speech(rate).map { $0 / 8 }
    let settings = VoiceDetector.Settings(
      enter: 0.3 + 0.1 * Double(seed % 4), onset: .milliseconds(Int(seed) * 30),
      hangover: .milliseconds(100 * Int(seed)), silence: .milliseconds(400 * Int(seed)))
    let whole = Self.heard(line, rate, settings)
    for kernels in Kernels.available {
      let size = Int.random(in: 1...(rate.hertz / 50), using: &random)
      let cut = Self.heard(line, rate, settings, using: kernels) {
        Int.random(in: 1...size, using: &random)
      }
      #expect(cut.edges == whole.edges && cut.probabilities == whole.probabilities)
      #expect(cut.skipped == whole.skipped)
    }
    #expect(whole.skipped > 0)
  }

  @Test("leaves the network out in real silence alone, and speech after it is heard as before")
  func silence() throws {
    let speech = try Self.speech(.hz8000)
    let quiet = speech.map { $0 / 64 }
    #expect(Self.heard(quiet, .hz8000).skipped == 0, "a quiet caller is no silence")
    let dead = [Int16](repeating: 0, count: 8_000 * 6)
    let first = Self.heard(speech, .hz8000)
    let after = Self.heard(dead + speech, .hz8000)
    // 187.5 windows of silence: 63 are judged, the last one is half speech.
    #expect(after.skipped == 124)
    #expect(first.edges.map(\.edge) == after.edges.map(\.edge))
    let silences = [63, 64, 100, 1_000].map { windows in
      let line = [Int16](repeating: 0, count: 256 * windows) + speech
      return Array(Self.heard(line, .hz8000).probabilities.dropFirst(windows))
    }
    #expect(silences.allSatisfy { $0 == silences[0] }, "longer silence changes nothing")
  }

  @Test("a rate that changes begins anew, an unknown one is not judged")
  func rates() throws {
    var detector = VoiceDetector()
    let speech = try Self.speech(.hz8000)
    _ = detector.hear(speech.span, rate: .hz8000)
    #expect(detector.windowCount == speech.count / 256)
    let odd = try #require(SampleRate(hertz: 44_100))
    #expect(detector.hear(speech.span, rate: odd) == nil && detector.windowCount == 0)
    _ = detector.hear(speech.span, rate: .hz16000)
    #expect(detector.windowCount == speech.count / 512)
  }

  @Test("allocates nothing", .countsAllocations, arguments: SampleRate.telephony)
  func allocations(rate: SampleRate) throws {
    let speech = try Self.speech(rate)
    var detector: any SpeechDetector = VoiceDetector()
    func hearAll() {
      var start = 0
      while start < speech.count {
        let count = min(rate.hertz / 50, speech.count - start)
        _ = detector.hear(speech.span.extracting(start..<(start + count)), rate: rate)
        start += count
      }
    }
    hearAll()
    let before = allocation_count()
    hearAll()
    #expect(allocation_count() == before)
  }
}
