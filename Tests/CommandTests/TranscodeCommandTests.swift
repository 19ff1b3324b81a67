import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone transcode") struct TranscodeCommandTests {
  @Test(
    "writes files that sox and itself read alike",
    arguments: AudioEncoding.allCases, [801, 0, 800])
  func readers(encoding: AudioEncoding, count: Int) async throws {
    let scratch = try Scratch()
    let sound = WaveFile(
      rate: .hz16000, samples: (0..<count).map { Int16(truncatingIfNeeded: $0 * 8_191) })
    let input = try scratch.write(sound.encoded(), to: "in.wav")
    let output = scratch.file("out.wav").path
    let run = try await Sidetone(
      "transcode", input, output, "--encoding", encoding.rawValue)
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
    let bytes = try Data(contentsOf: scratch.file("out.wav"))
    #expect(bytes[20] == [.linear16: 1, .alaw: 6, .mulaw: 7][encoding])
    #expect(bytes.count.isMultiple(of: 2))
    let again = scratch.file("again.wav").path
    #expect(try await Sidetone("transcode", output, again, "--encoding", "linear16").status == 0)
    let ours = try WaveFile(bytes: Data(contentsOf: scratch.file("again.wav")).span)
    #expect(ours.rate == .hz16000 && ours.samples.count == count)
    if encoding == .linear16 { #expect(ours.samples == sound.samples) }
    let raw = scratch.file("sox.raw").path
    let sox = try await Subprocess(
      "/usr/bin/sox", ["-D", output, "-t", "raw", "-e", "signed", "-b", "16", "-L", raw]
    ).end()
    #expect(sox.status == 0 && sox.errors.isEmpty, "\(sox.errors)")
    #expect(try Data(contentsOf: scratch.file("sox.raw")) == Data(ours.encoded().dropFirst(44)))
  }
}
