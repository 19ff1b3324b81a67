import Foundation
import Ground
import TestSupport
import Testing

@testable import AudioEngine
@testable import Recording

@Suite("RecordingFolder") struct RecordingFolderTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func folder(
    _ format: RecordingFormat = .wav, capacity: Int = 1 << 24
  ) throws -> RecordingFolder {
    try RecordingFolder(path: scratch.file("calls").path, format: format, capacity: capacity)
  }

  /// A second of both channels at 8 kHz, tones of different pitch.
  private func second(_ number: Int, cues: [RecordedStretch.Cue] = []) -> RecordedStretch {
    RecordedStretch(
      wire: WireFormat(.linear16, .hz8000), start: number * 8_000,
      caller: Tone.bytes(0.3, from: number * 8_000, count: 8_000),
      bot: Tone.bytes(0.5, from: number * 8_000, count: 8_000), cues: cues)
  }

  private func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: scratch.file("calls").appendingPathComponent(name)))
  }

  @Test("a WAV file holds both channels, and its header is right after each piece")
  func wave() throws {
    let folder = try folder()
    let recording = folder.recording(of: ["b7d25e90"])
    for number in 0..<3 {
      recording.take(second(number))
      #expect(folder.flush())
      // As a process that is killed now would leave it.
      let now = try bytes(of: recording.name)
      let left = try WaveFile(bytes: now.span, channel: 1)
      #expect(left.rate == .hz8000)
      #expect(left.samples.count == (number + 1) * 8_000)
    }
    recording.finish()
    #expect(folder.flush())
    let whole = try bytes(of: recording.name)
    #expect(whole.count == 44 + 3 * 32_000)
    for channel in 1...2 {
      var expected: [Int16] = []
      for number in 0..<3 {
        for (index, sample) in second(number).interleaved.enumerated()
        where index % 2 == channel - 1 { expected.append(sample) }
      }
      let sound = try WaveFile(bytes: whole.span, channel: channel)
      #expect(sound.samples == expected)
    }
    #expect(folder.counts.finished == 1 && folder.counts.waitingBytes == 0)
  }

  @Test("a piece that was not kept is silence, and the rest keeps its time") func hole() throws {
    let folder = try folder()
    let recording = folder.recording(of: ["b7d25e90"])
    recording.take(second(0))
    recording.take(second(2))
    recording.finish()
    #expect(folder.flush())
    let whole = try bytes(of: recording.name)
    let sound = try WaveFile(bytes: whole.span, channel: 2)
    #expect(sound.samples.count == 24_000)
    #expect(sound.samples[8_000..<16_000].allSatisfy { $0 == 0 })
    let last = second(2).interleaved
    #expect(sound.samples[16_000] == last[1] && sound.samples[23_999] == last[15_999])
  }

  @Test("marks are cues that sox and ffmpeg read over, labels and all") func cues() async throws {
    let folder = try folder()
    let recording = folder.recording(of: ["b7d25e90"])
    recording.take(second(0, cues: [.init(position: 800, label: "greeting")]))
    recording.take(second(1, cues: [.init(position: 9_000, label: "odd")]))
    recording.finish()
    #expect(folder.flush())
    let whole = try bytes(of: recording.name)
    let tail = Array(whole.dropFirst(44 + 64_000))
    #expect(Array(tail.prefix(4)) == Array("cue ".utf8))
    #expect(tail[8] == 2)
    #expect(String(decoding: tail, as: UTF8.self).contains("greeting\0"))
    var stated = 0
    for index in 0..<4 { stated += Int(whole[4 + index]) << (8 * index) }
    #expect(stated == whole.count - 8)
    let path = scratch.file("calls").appendingPathComponent(recording.name).path
    let told = try await Subprocess("/usr/bin/soxi", [path]).end()
    #expect(told.status == 0 && told.output.contains("Channels       : 2"), "\(told)")
    #expect(told.output.contains("00:00:02.00"), "\(told.output)")
  }

  @Test("Opus keeps time and both channels, at a tenth of the size", arguments: [7, 61])
  func opus(seconds: Int) async throws {
    let folder = try folder(.opus)
    let recording = folder.recording(of: ["b7d25e90"])
    for number in 0..<seconds { recording.take(second(number)) }
    recording.finish()
    #expect(folder.flush())
    let file = scratch.file("calls").appendingPathComponent(recording.name).path
    #expect(try bytes(of: recording.name).count < seconds * 32_000 / 7)
    let decoded = scratch.file("decoded.wav").path
    let result = try await Subprocess(
      "/usr/bin/opusdec", ["--quiet", "--rate", "8000", "--no-dither", file, decoded]
    ).end()
    #expect(result.status == 0, "\(result.errors)")
    let wave = Array(try Data(contentsOf: scratch.file("decoded.wav")))
    for (channel, pitch) in [(1, 0.3), (2, 0.5)] {
      let sound = try WaveFile(bytes: wave.span, channel: channel)
      #expect(abs(sound.samples.count - seconds * 8_000) <= 8)
      let middle = 8_000..<((seconds - 1) * 8_000)
      #expect(Tone.strength(pitch, in: sound.samples, middle) > 6_500)
      #expect(Tone.strength(0.8 - pitch, in: sound.samples, middle) < 400)
    }
  }

  @Test("what is killed is an Opus file up to its last second") func killedOpus() async throws {
    let folder = try folder(.opus)
    let recording = folder.recording(of: ["b7d25e90"])
    for number in 0..<5 { recording.take(second(number)) }
    #expect(folder.flush())
    let file = scratch.file("calls").appendingPathComponent(recording.name).path
    let decoded = scratch.file("decoded.wav").path
    let result = try await Subprocess(
      "/usr/bin/opusdec", ["--quiet", "--rate", "8000", file, decoded]
    ).end()
    #expect(result.status == 0, "\(result.errors)")
    let wave = Array(try Data(contentsOf: scratch.file("decoded.wav")))
    #expect(try WaveFile(bytes: wave.span, channel: 1).samples.count > 39_000)
  }

  @Test("no stranger's word leads out of the folder, and nobody else reads what is in it")
  func names() throws {
    for name in ["../../etc/passwd", "/etc/passwd", "a/b", "..", "", "\u{0}", "C:\\x", "caf\u{e9}"]
    {
      let file = OutputFolder.fileName(of: [name])
      #expect(file.unicodeScalars.allSatisfy { $0.isASCII })
      #expect(!file.contains("/") && !file.contains("..") && !file.contains("\\"))
    }
    #expect(OutputFolder.fileName(of: [nil, "..", "MZ-7_x"]).hasSuffix("Z-MZ-7_x"))
    #expect(OutputFolder.fileName(of: [nil]).hasSuffix("Z-call"))
    #expect(OutputFolder.fileName(of: [String(repeating: "a", count: 5_000)]).count < 100)
    let folder = try folder()
    let recording = folder.recording(of: ["../x"])
    recording.take(second(0))
    #expect(folder.flush())
    let path = scratch.file("calls").appendingPathComponent(recording.name).path
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("a folder that takes nothing costs no call: it is told once and counted")
  func failing() throws {
    let folder = try folder()
    let reports = Locked<[FolderReport]>([])
    folder.watch { report in reports.withLock { $0.append(report) } }
    try FileManager.default.removeItem(at: scratch.file("calls"))
    let recording = folder.recording(of: ["b7d25e90"])
    for number in 0..<5 { recording.take(second(number)) }
    recording.finish()
    #expect(folder.flush())
    #expect(folder.counts.lostPieces == 5 && folder.counts.waitingBytes == 0)
    let told = reports.withLock { $0 }
    #expect(told.count == 1)
    if case .failing(let reason) = told.first { #expect(reason.contains("cannot make")) }
  }

  @Test("no more waits than is allowed") func bounded() throws {
    let folder = try folder(capacity: 40_000)
    let recording = folder.recording(of: ["b7d25e90"])
    for number in 0..<200 { recording.take(second(number)) }
    #expect(folder.counts.waitingBytes <= 40_000)
    recording.finish()
    #expect(folder.flush())
    #expect(folder.counts.lostPieces > 0)
  }

  @Test("refuses a folder that it cannot use") func refused() throws {
    let file = try scratch.write([1], to: "file")
    #expect(throws: RecordingError.self) { try RecordingFolder(path: file) }
    #expect(throws: RecordingError.self) {
      try RecordingFolder(path: scratch.file("missing/folder").path)
    }
  }
}

/// A tone of so many radians a sample, and how much of it is in a sound.
private enum Tone {
  static func bytes(_ pitch: Double, from first: Int, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in first..<(first + count) {
      let sample = Int16(8_000 * sin(Double(index) * pitch))
      bytes.append(UInt8(truncatingIfNeeded: sample))
      bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
    }
    return bytes
  }

  static func strength(_ pitch: Double, in samples: [Int16], _ range: Range<Int>) -> Double {
    var real = 0.0
    var imaginary = 0.0
    for index in range {
      real += Double(samples[index]) * sin(Double(index) * pitch)
      imaginary += Double(samples[index]) * cos(Double(index) * pitch)
    }
    return 2 * (real * real + imaginary * imaginary).squareRoot() / Double(range.count)
  }
}
