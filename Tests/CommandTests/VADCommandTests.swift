import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone vad") struct VADCommandTests {
  private let scratch: Scratch
  /// A second of silence, a voice, a second of silence.
  private let file: String
  private let seconds: Double

  init() throws {
    scratch = try Scratch()
    let pause = [Int16](repeating: 0, count: 8_000)
    let samples = try pause + SpokenSound.speech(at: .hz8000).samples + pause
    seconds = Double(samples.count) / 8_000
    file = try scratch.write(WaveFile(rate: .hz8000, samples: samples).encoded(), to: "call.wav")
  }

  private func json(_ words: String...) async throws -> [String: Any] {
    let run = try await Sidetone(["vad", file, "--json"] + words)
    #expect(run.status == 0 && run.errors.isEmpty)
    return try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any] ?? [:]
  }

  @Test("tells spans and probabilities as JSON")
  func spans() async throws {
    let report = try await json("--probabilities")
    let spans = try #require(report["spans"] as? [[String: Double]])
    let first = try #require(spans.first?["startMs"])
    let last = try #require(spans.last?["endMs"])
    #expect((850...1_250).contains(first))
    #expect(last > first && last <= (seconds - 0.7) * 1_000)
    #expect(spans.allSatisfy { $0["decidedMs"] ?? 0 > $0["startMs"] ?? 0 })
    let probabilities = try #require(report["probabilities"] as? [Double])
    #expect(probabilities.count == Int(seconds * 8_000) / 256)
    #expect(probabilities.contains { $0 > 0.9 } && probabilities[..<20].allSatisfy { $0 < 0.1 })
    #expect(try await json()["probabilities"] == nil)
  }

  @Test("draws what it found, one line a span")
  func text() async throws {
    let run = try await Sidetone(["vad", file, "--probabilities"])
    #expect(run.status == 0)
    #expect(run.output.contains("  speech  ---"))
    #expect(run.output.contains(/\n +\d\.\d{3} - +\d\.\d{3} s/))
    #expect(run.output.contains("\n0.000 0.0"))
  }

  @Test("gives labels that Audacity reads: seconds, seconds, a name")
  func labels() async throws {
    let run = try await Sidetone(["vad", file, "--labels"])
    for line in run.output.split(separator: "\n") {
      let fields = line.split(separator: "\t")
      #expect(fields.count == 3 && fields[2].hasPrefix("speech"))
      #expect(try #require(Double(fields[0])) < #require(Double(fields[1])))
    }
    #expect(run.output.contains("\t"))
  }

  @Test("the level gate finds spans too, without probabilities")
  func level() async throws {
    let report = try await json("--detector", "level")
    #expect(report["detector"] as? String == "level")
    #expect((report["spans"] as? [[String: Double]])?.isEmpty == false)
  }

  @Test("lists keys that sound, as text and as JSON")
  func keys() async throws {
    var samples = [Int16](repeating: 0, count: 8_000)
    for (low, high) in [(697.0, 1_209.0), (941, 1_477)] {
      samples += (0..<800).map { sample in
        let time = Double(sample) * 2 * .pi / 8_000
        return Int16(6_000 * (sin(time * low) + sin(time * high)))
      }
      samples += [Int16](repeating: 0, count: 800)
    }
    let bytes = WaveFile(rate: .hz8000, samples: samples).encoded()
    let file = try scratch.write(bytes, to: "keys.wav")
    let text = try await Sidetone(["vad", file, "--keys"])
    #expect(text.status == 0 && text.output.hasPrefix("keys  1#\n"))
    let run = try await Sidetone(["vad", file, "--keys", "--json"])
    let report = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let keys = try #require(report?["keys"] as? [[String: Any]])
    #expect(keys.map { $0["digit"] as? String } == ["1", "#"])
    let begin = try #require(keys[1]["atMs"] as? Double)
    let length = try #require(keys[1]["durationMs"] as? Double)
    #expect(abs(begin - 1_200) < 8 && abs(length - 100) < 12)
    let none = try await Sidetone(["vad", self.file, "--keys"])
    #expect(none.status == 0 && none.output == "keys  none\n")
    #expect(try await Sidetone(["vad", file, "--keys", "--labels"]).status == 2)
  }

  @Test("lists beeps, as text and as JSON, and speech of a file through a call's stages")
  func beeps() async throws {
    let samples = (0..<16_000).map { sample -> Int16 in
      guard (8_000..<12_000).contains(sample) else { return 0 }
      return Int16(9_000 * sin(Double(sample) * 2 * .pi * 1_000 / 8_000))
    }
    let file = try scratch.write(
      WaveFile(rate: .hz8000, samples: samples).encoded(), to: "beep.wav")
    let text = try await Sidetone(["vad", file, "--beeps"])
    #expect(text.status == 0 && text.output.hasPrefix("beeps  1\n"), "\(text.output)")
    let run = try await Sidetone(["vad", file, "--beeps", "--json"])
    #expect(run.output.contains(/"hertz" : (99[5-9]|100[0-5])/), "\(run.output)")
    // Its own echo is nothing that a call's detector would hear.
    let cleaned = try await Sidetone(["vad", self.file, "--echo-cancel", "--far", self.file])
    #expect(cleaned.status == 0, "\(cleaned.errors)")
    #expect(try await Sidetone(["vad", file, "--beeps", "--keys"]).status == 2)
    #expect(try await Sidetone(["vad", file, "--echo-cancel"]).status == 2)
  }

  @Test("lists where turns end, however the speaker pauses, as text and as JSON")
  func turns() async throws {
    // Words a half second apart are one turn; three seconds are the end of it.
    let word = (0..<4_000).map { Int16(8_000 * sin(Double($0) * 2 * .pi * 440 / 8_000)) }
    func silence(_ milliseconds: Int) -> [Int16] { .init(repeating: 0, count: 8 * milliseconds) }
    let turn = word + silence(500) + word
    let file = try scratch.write(
      WaveFile(rate: .hz8000, samples: silence(500) + turn + silence(3_000) + turn).encoded(),
      to: "turns.wav")
    let run = try await Sidetone(["vad", file, "--turns", "--detector", "level"])
    #expect(
      run.output
        == "turns  2, 0 too soon\n      2.000 s  after   700 ms\n      6.500 s  after   700 ms\n",
      "\(run.output)")
    let json = try await Sidetone(["vad", file, "--turns", "--detector", "level", "--json"])
    #expect(json.output.contains(/"speechEndMs" : 2000/), "\(json.output)")
    #expect(try await Sidetone(["vad", file, "--turns", "--keys"]).status == 2)
  }

  @Test("ends with 0 where nobody speaks, with 2 for what makes no sense")
  func statuses() async throws {
    let noise = try scratch.write(
      WaveFile(rate: .hz16000, samples: (0..<32_000).map { Int16(truncatingIfNeeded: $0 * 997) })
        .encoded(), to: "noise.wav")
    let silent = try await Sidetone(["vad", noise])
    #expect(silent.status == 0 && silent.output.contains(", speech 0 %\n"))
    for words in [
      ["--json", "--labels"], ["--labels", "--probabilities"], ["--threshold", "1"],
      ["--detector", "level", "--probabilities"], ["--detector", "ear"],
    ] {
      #expect(try await Sidetone(["vad", file] + words).status == 2, "\(words)")
    }
    #expect(try await Sidetone(["vad", scratch.file("none.wav").path]).status == 2)
  }
}
