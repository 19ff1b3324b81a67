import AudioEngine
import Foundation

/// Sound files to be read, changed and written one after the other: what `resample` and `transcode`
/// share.
struct Conversion {
  /// The operands of a command that converts.
  static let operands = [
    Operand(
      name: "IN.wav", help: "a WAV file, '-' for standard input; several go into a directory",
      isRepeatable: true),
    Operand(
      name: "OUT.wav",
      help: "where to write the result, '-' for standard output; a directory keeps the names, "
        + "with .wav at their end"),
  ]
  /// The options of such a command.
  static let options = [SoundOptions.channelOption, SoundOptions.rawOption]
  /// What both say about their files.
  static let notes = """
    A WAV file holds linear PCM of 8 to 32 bits, floats, A-law or mu-law, at any
    rate from 4000 to 192000 Hz, in any number of channels; RF64 and BW64 are read
    too. The result is mono. With --raw, files with a header are known by it; OUT is
    then written without one, unless its name ends in .wav, and so it is, --raw or
    not, where its name ends in .raw or .pcm.
    """

  private let reading: SoundOptions
  private let pairs: [(input: String, output: String)]

  init(_ arguments: Arguments) throws(UsageError) {
    reading = try SoundOptions(arguments)
    let inputs = arguments.operands.dropLast()
    let output = arguments.operands.last ?? "-"
    guard SoundFile.isDirectory(output) else {
      guard inputs.count == 1, !output.hasSuffix("/") else {
        throw UsageError(
          "\(output) is no directory",
          advice: "make it first; several files go into a directory that exists")
      }
      pairs = [(arguments.operand(0), output)]
      try SoundFile.checkWritable(output, for: "OUT.wav")
      return
    }
    var taken: Set<String> = []
    var pairs: [(input: String, output: String)] = []
    let folder = URL(fileURLWithPath: output)
    let sources = Set(inputs.map(Self.place))
    for input in inputs {
      guard input != "-" else {
        throw UsageError("standard input has no name", advice: "name a file for its result")
      }
      let stem = URL(fileURLWithPath: input).deletingPathExtension().lastPathComponent
      let path = folder.appendingPathComponent(stem + ".wav").path
      guard taken.insert(path).inserted else {
        throw UsageError("two files would become \(path)", advice: "convert one of them alone")
      }
      guard !sources.contains(Self.place(of: path)) else {
        throw UsageError("\(path) would be written over", advice: "name another directory")
      }
      try SoundFile.checkWritable(path, for: "OUT.wav")
      pairs.append((input, path))
    }
    self.pairs = pairs
  }

  /// Reads, changes and writes each file, at `rate` or at its own; ends with the first that is wrong.
  func run(
    to rate: SampleRate?, as encoding: AudioEncoding,
    _ change: (WaveFile, SampleRate) throws(UsageError) -> WaveFile
  ) throws(UsageError) {
    for (input, output) in pairs {
      let isRaw = isRaw(output)
      let sound = try SoundFile.read(input, reading)
      // A file with a header says itself what it has: then --raw describes what is written.
      let result = try change(sound, rate ?? (isRaw ? reading.raw?.rate : nil) ?? sound.rate)
      let bytes = isRaw ? result.samples(as: encoding) : result.encoded(as: encoding)
      try SoundFile.write(Data(bytes), to: output)
    }
  }

  /// Whether a result is written without a header.
  private func isRaw(_ path: String) -> Bool {
    let path = path.lowercased()
    if path.hasSuffix(".raw") || path.hasSuffix(".pcm") { return true }
    return reading.raw != nil && !path.hasSuffix(".wav")
  }

  private static func place(of path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }
}
