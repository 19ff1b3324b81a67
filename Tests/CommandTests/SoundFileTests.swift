import AudioEngine
import Foundation
import TestSupport
import Testing

/// What other programs write and read: every file command goes through one reader and one writer.
@Suite("Sound files", .timeLimit(.minutes(2))) struct SoundFileTests {
  private let scratch: Scratch
  private let tone: WaveFile

  init() throws {
    scratch = try Scratch()
    let samples = (0..<4_001).map { index in
      let angle: Double = Double(index) * 0.3
      return Int16(9_000 * sin(angle))
    }
    tone = WaveFile(rate: .hz16000, samples: samples)
  }

  private func path(_ name: String) -> String { scratch.file(name).path }

  private func read(_ name: String) throws -> WaveFile {
    try WaveFile(bytes: Data(contentsOf: scratch.file(name)).span)
  }

  private func shell(_ line: String) async throws -> Subprocess.Result {
    let words = ["-c", "set -o pipefail; " + line]
    return try await Subprocess("/bin/bash", words, environment: ["PATH=/usr/bin:/bin", "LANG=C"])
      .end(within: .seconds(60))
  }

  /// The command as a word of a shell.
  private var sidetone: String { "'\(Sidetone.executable)'" }

  private func expectSuccess(_ run: Subprocess.Result) {
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
  }

  @Test(
    "what sox writes, of every depth",
    arguments: [
      ("-e unsigned-integer -b 8", 128), ("-e signed-integer -b 16", 0),
      ("-e signed-integer -b 24", 0), ("-e signed-integer -b 32", 0),
      ("-e floating-point -b 32", 0),
      ("-e floating-point -b 64", 0), ("-e mu-law -b 8", 260), ("-e a-law -b 8", 260),
    ])
  func depths(options: String, within bound: Int) async throws {
    let input = try scratch.write(tone.encoded(), to: "in.wav")
    for format in ["-t wav", "-t wavpcm"] where format == "-t wav" || options.contains("signed") {
      let run = try await shell(
        "sox -D \(input) \(options) \(format) \(path("sox.wav")) && "
          + "\(sidetone) transcode \(path("sox.wav")) \(path("out.wav")) --encoding linear16")
      expectSuccess(run)
      let result = try read("out.wav")
      #expect(result.rate == .hz16000 && result.samples.count == 4_001)
      let worst = zip(result.samples, tone.samples).map { abs(Int($0) - Int($1)) }.max() ?? -1
      #expect(worst <= bound, "\(options)")
    }
  }

  @Test("stereo is mixed down as sox mixes it, or one channel is taken")
  func stereo() async throws {
    let left = try scratch.write(tone.encoded(), to: "left.wav")
    let silence = WaveFile(rate: .hz16000, samples: [Int16](repeating: 0, count: 4_001))
    let right = try scratch.write(silence.encoded(), to: "right.wav")
    let both = path("both.wav")
    expectSuccess(try await shell("sox -M \(left) \(right) \(both)"))
    let run = { (words: String) in
      try await shell(
        "\(sidetone) transcode \(both) \(path("out.wav")) --encoding linear16 \(words)")
    }
    expectSuccess(try await run(""))
    let mixed = try read("out.wav").samples
    #expect(zip(mixed, tone.samples).allSatisfy { abs(Int($0) * 2 - Int($1)) <= 1 })
    expectSuccess(try await run("--channel 1"))
    #expect(try read("out.wav").samples == tone.samples)
    expectSuccess(try await run("--channel 2"))
    #expect(try read("out.wav").samples == silence.samples)
    #expect(try await run("--channel 3").errors.contains("no channel 3: it has 2"))
  }

  @Test("pipes in and out: sox into it, and it into sox")
  func pipes() async throws {
    let input = try scratch.write(tone.encoded(), to: "in.wav")
    // sox cannot seek back in a pipe: its sizes are placeholders.
    let line =
      "sox \(input) -t wav - 2>/dev/null | \(sidetone) resample - - --rate 8000 | "
      + "sox -t wav - -t raw \(path("out.raw"))"
    expectSuccess(try await shell(line))
    #expect(try Data(contentsOf: scratch.file("out.raw")).count == 2 * 2_001)
    for source in ["/dev/stdin < \(input)", "<(cat \(input))", "- < \(input)"] {
      let run = try await shell(
        "\(sidetone) transcode \(source) --encoding alaw /dev/stdout | cat > \(path("out.wav"))")
      expectSuccess(run)
      #expect(try read("out.wav").encoding == .alaw, "\(source)")
      #expect(try read("out.wav").samples.count == 4_001, "\(source)")
    }
    let none = try await shell("\(sidetone) transcode - - --encoding alaw < /dev/null")
    #expect(none.status == 2 && none.errors.contains("standard input: not a WAV file"))
  }

  @Test(
    "what ffmpeg writes into a file and into a pipe",
    .enabled(if: SoundFileTests.hasFFmpeg, "ffmpeg is not installed"))
  func ffmpeg() async throws {
    let input = try scratch.write(tone.encoded(), to: "in.wav")
    for codec in ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"] {
      for format in ["-f wav", "-f wav -rf64 always", "-f wav -bitexact"] {
        let out = path("\(codec).wav")
        let made = "ffmpeg -v error -i \(input) -c:a \(codec) \(format)"
        for line in [
          "\(made) -y \(out) && \(sidetone) transcode \(out) - --encoding linear16",
          "\(made) - | \(sidetone) transcode - - --encoding linear16",
        ] {
          expectSuccess(try await shell("\(line) > \(path("back.wav"))"))
          #expect(try read("back.wav").samples.count == 4_001, "\(line)")
        }
      }
    }
  }

  private static let hasFFmpeg = FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")

  @Test("samples without a header, in and out")
  func raw() async throws {
    let input = try scratch.write(Array(tone.encoded().dropFirst(44)), to: "in.pcm")
    let run = { (words: String) in
      expectSuccess(try await shell("\(sidetone) transcode \(words)"))
    }
    try await run("\(input) \(path("a.wav")) --raw 16000 --encoding linear16")
    #expect(try read("a.wav") == tone)
    try await run("\(path("a.wav")) \(path("b.raw")) --encoding mulaw")
    let codes = try Data(contentsOf: scratch.file("b.raw"))
    #expect(codes.count == 4_001)
    try await run("- - --raw 16000:mulaw --encoding linear16 < \(path("b.raw")) > \(path("c"))")
    #expect(try Data(contentsOf: scratch.file("c")).count == 8_002)
    try await run("\(path("a.wav")) \(path("d")) --raw 8000 --encoding linear16")
    #expect(try Data(contentsOf: scratch.file("d")).count == 2 * 2_001)
    try await run("\(path("b.raw")) \(path("e.wav")) --raw 16000:mulaw --rate 8000 --encoding alaw")
    let narrow = try read("e.wav")
    #expect(narrow.samples.count == 2_001 && narrow.rate == .hz8000)
  }

  @Test("several files into a directory, each under its name")
  func several() async throws {
    let first = try scratch.write(tone.encoded(), to: "first.wav")
    let second = try scratch.write(
      WaveFile(rate: .hz24000, samples: [1, 2, 3]).encoded(), to: "second.wav")
    let folder = scratch.file("telephone")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let run = try await Sidetone("resample", first, second, folder.path, "--rate", "8000")
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
    #expect(try read("telephone/first.wav").samples.count == 2_001)
    #expect(try read("telephone/second.wav").samples.count == 1)
  }
}
