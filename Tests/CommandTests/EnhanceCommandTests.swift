import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone enhance") struct EnhanceCommandTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  @Test("gives as many samples as it takes, and tells that there is no echo")
  func lengths() async throws {
    let sound = WaveFile(rate: .hz8000, samples: (0..<8_011).map { Int16($0 % 200 * 40) })
    let input = try scratch.write(sound.encoded(), to: "in.wav")
    let far = try scratch.write(
      WaveFile(rate: .hz16000, samples: [Int16](repeating: 0, count: 160)).encoded(), to: "far.wav")
    let output = scratch.file("out.wav")
    let run = try await Sidetone(
      "enhance", input, output.path, "--echo-cancel", "--far", far, "--json")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(run.output.contains(#"{"echoDelayMs":null,"realignments":0}"#))
    let result = try WaveFile(bytes: Data(contentsOf: output).span)
    #expect(result.samples.count == 8_011 && result.rate == .hz8000)
  }

  @Test(
    "says what is missing",
    arguments: [
      ([], "there is nothing to do"), (["--echo-cancel"], "--far"),
      (["--noise-suppress", "--far", "in.wav"], "of no use without --echo-cancel"),
    ])
  func usage(options: [String], words: String) async throws {
    let sound = WaveFile(rate: .hz8000, samples: [0, 0])
    let input = try scratch.write(sound.encoded(), to: "in.wav")
    let run = try await Sidetone(["enhance", input, scratch.file("out.wav").path] + options)
    #expect(run.status == 2 && run.errors.contains(words), "\(run.errors)")
  }

  @Test("knows the rates of calls alone")
  func rates() async throws {
    let rate = try #require(SampleRate(hertz: 44_100))
    let input = try scratch.write(WaveFile(rate: rate, samples: [1, 2]).encoded(), to: "in.wav")
    let run = try await Sidetone(
      "enhance", input, scratch.file("out.wav").path, "--noise-suppress")
    #expect(run.status == 2 && run.errors.contains("sidetone resample"), "\(run.errors)")
  }
}
