import AudioEngine
import Foundation
import Testing

@Suite struct VoiceActivityTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../TestVectors").standardizedFileURL

  private static func samples(_ name: String) throws -> [Int16] {
    let file = root.appendingPathComponent("signals/\(name).wav")
    return try WaveFile(bytes: Data(contentsOf: file).span).samples
  }

  @Test(
    "is within 0.02 of the model, and decides as it does",
    arguments: ["speech", "noise", "sweep"], [SampleRate.hz8000, .hz16000])
  func model(name: String, rate: SampleRate) throws {
    let samples = try Self.samples("\(name)-\(rate.hertz)")
    let words = try String(
      contentsOf: Self.root.appendingPathComponent("vad/\(name)-\(rate.hertz).txt"),
      encoding: .utf8)
    let expected = words.split(separator: "\n").compactMap { Double($0) }
    for kernels in Kernels.available {
      var activity = try #require(VoiceActivity(rate: rate, using: kernels))
      #expect(activity.windowCount(sampleCount: samples.count) == expected.count)
      var given = [UInt16](repeating: 0, count: expected.count)
      var span = given.mutableSpan
      let count = activity.judge(samples.span, into: &span)
      #expect(count == expected.count)
      let probabilities = given.map { Double($0) / Double(VoiceActivity.certain) }
      for (ours, theirs) in zip(probabilities, expected) {
        #expect(abs(ours - theirs) <= 0.02)
        #expect(abs(theirs - 0.5) < 0.02 || (ours >= 0.5) == (theirs >= 0.5))
      }
    }
  }

  @Test("knows 8 and 16 kHz alone")
  func rates() throws {
    #expect(VoiceActivity(rate: .hz24000) == nil)
    #expect(try #require(VoiceActivity(rate: .hz16000)).windowSampleCount == 512)
  }
}
