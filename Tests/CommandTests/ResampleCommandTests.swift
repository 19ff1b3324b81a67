import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone resample") struct ResampleCommandTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func read(_ name: String) throws -> WaveFile {
    try WaveFile(bytes: Data(contentsOf: scratch.file(name)).span)
  }

  @Test(
    "gives exactly ceil(n * to / from) samples, the same for every chunk",
    arguments: [
      (8_000, 24_000), (24_000, 16_000), (16_000, 16_000), (22_050, 8_000), (44_100, 16_000),
      (8_000, 48_000), (4_000, 192_000), (11_025, 24_000),
    ])
  func counts(from: Int, to: Int) async throws {
    let rate = try #require(SampleRate(hertz: from))
    let sound = WaveFile(
      rate: rate, samples: (0..<4_999).map { Int16(truncatingIfNeeded: $0 * $0 * 7) })
    let input = try scratch.write(sound.encoded(), to: "in.wav")
    var results: [WaveFile] = []
    for chunk in ["0.01", "7.3", "20", "60000"] {
      let output = scratch.file("out.wav").path
      let run = try await Sidetone(
        "resample", input, output, "--rate", "\(to)", "--chunk", chunk)
      #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
      results.append(try read("out.wav"))
    }
    #expect(results[0].rate.hertz == to)
    #expect(results[0].samples.count == (4_999 * to + from - 1) / from)
    #expect(results.allSatisfy { $0 == results[0] })
    #expect(results[0].samples.contains { $0 != 0 })
  }

  @Test("takes the filter it is told, and an empty file")
  func filter() async throws {
    let sound = WaveFile(rate: .hz8000, samples: (0..<800).map { $0 == 100 ? 30_000 : 0 })
    let input = try scratch.write(sound.encoded(), to: "in.wav")
    var starts: [Int?] = []
    for filter in ["standard", "low-delay"] {
      let output = scratch.file("out.wav").path
      let run = try await Sidetone(
        "resample", input, output, "--rate", "16000", "--filter", filter)
      #expect(run.status == 0)
      starts.append(try read("out.wav").samples.firstIndex { $0 != 0 })
    }
    // Linear phase rings ahead of its impulse by half its taps, minimum phase hardly does.
    #expect(starts == [200 - 47, 200 - 3])
    let empty = try scratch.write(WaveFile(rate: .hz8000, samples: []).encoded(), to: "empty.wav")
    let run = try await Sidetone(
      "resample", empty, scratch.file("out.wav").path, "--rate", "44100")
    #expect(run.status == 0)
    #expect(try read("out.wav").samples.isEmpty)
  }
}
