import AudioEngine
import Foundation

/// Sounds by path, with errors that say what to do: the one way in which commands read and write
/// them. `-` is standard input or output; pipes are files like any other.
enum SoundFile {
  /// An hour of 24 kHz audio is 173 MB.
  static let mostBytes = 512 << 20
  private static let pieceBytes = 1 << 20

  /// A sound at its own rate; `rate` is the one that a hint names, where no other will do.
  static func read(
    _ path: String, _ options: SoundOptions = SoundOptions(), wanting rate: SampleRate? = nil
  ) throws(UsageError) -> WaveFile {
    let bytes = try bytes(of: path)
    if let raw = options.raw, !WaveFile.begins(bytes.span) {
      if let channel = options.channel, channel > 1 {
        throw UsageError("\(name(path)) has no header, so it is mono: leave --channel out")
      }
      return WaveFile(raw, wire: bytes.span)
    }
    do {
      return try WaveFile(bytes: bytes.span, channel: options.channel)
    } catch {
      if case .noSuchChannel = error { throw UsageError("\(name(path)): \(error)") }
      let isRaw = error == .notWave ? ", or add --raw HZ where it has no header" : ""
      let rate = rate.map { " -r \($0.hertz)" } ?? ""
      throw UsageError(
        "\(name(path)): \(error)",
        advice: "convert it: sox \(path) -e signed -b 16 -c 1\(rate) converted.wav\(isRaw)")
    }
  }

  /// A sound that somebody is to say: not an empty one.
  static func readSpeech(
    _ path: String, _ options: SoundOptions = SoundOptions(), wanting rate: SampleRate? = nil
  ) throws(UsageError) -> WaveFile {
    let sound = try read(path, options, wanting: rate)
    guard !sound.samples.isEmpty else {
      throw UsageError("\(name(path)) is empty: there is nothing to say")
    }
    return sound
  }

  /// A sound at a rate that calls have: `rate`, or where that is nil its own, or the next below that is
  /// 8, 16 or 24 kHz; 8 kHz alone for a stream in G.711. It is converted where it has another.
  static func forCall(
    _ sound: WaveFile, rate: SampleRate?, encoding: AudioEncoding?
  ) throws(UsageError) -> WaveFile {
    let narrow = encoding.map { $0 != .linear16 } ?? false
    if let encoding, narrow, let rate, rate != .hz8000 {
      throw UsageError(
        "\(encoding.rawValue) has 8000 Hz alone, not \(rate.hertz)", advice: "leave --rate out")
    }
    let nearest = SampleRate.telephony.last { $0 <= sound.rate } ?? .hz8000
    return try resampled(sound, to: narrow ? .hz8000 : rate ?? nearest)
  }

  /// A sound at another rate, where it has not that one.
  static func resampled(_ sound: WaveFile, to rate: SampleRate) throws(UsageError) -> WaveFile {
    guard sound.rate != rate else { return sound }
    try checkSize(of: sound, at: rate)
    do {
      var resampler = try Resampler(from: sound.rate, to: rate)
      let samples = resampler.resampleAll(sound.samples, inPiecesOf: 4_096)
      return WaveFile(rate: rate, samples: samples)
    } catch {
      throw UsageError("not enough memory for the filter", advice: "end other programs first")
    }
  }

  static func checkSize(of sound: WaveFile, at rate: SampleRate) throws(UsageError) {
    let bytes = (sound.samples.count / sound.rate.hertz + 1) * rate.hertz * 2
    guard bytes < mostBytes else {
      throw UsageError(
        "the result would have more than \(mostBytes >> 20) MiB",
        advice: "take a shorter file or a lower rate")
    }
  }

  static func write(_ sound: WaveFile, to path: String) throws(UsageError) {
    try write(Data(sound.encoded()), to: path)
  }

  static func write(_ bytes: Data, to path: String) throws(UsageError) {
    do {
      if path == "-" {
        try FileHandle.standardOutput.write(contentsOf: bytes)
      } else {
        try bytes.write(to: URL(fileURLWithPath: path))
      }
    } catch {
      throw UsageError(
        "cannot write \(path == "-" ? "standard output" : path)",
        advice: "check the directory and its permissions")
    }
  }

  /// Finds out before the call whether its result could be written after it.
  static func checkWritable(_ path: String?, for option: String) throws(UsageError) {
    guard let path, path != "-" else { return }
    let exists = FileManager.default.fileExists(atPath: path)
    let files = FileManager.default
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard !isDirectory(path),
      exists ? files.isWritableFile(atPath: path) : files.isWritableFile(atPath: directory)
    else {
      throw UsageError(
        "cannot write \(path)", advice: "name a file in a directory that exists for \(option)")
    }
  }

  static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }

  /// All of a file, or of what comes through a pipe until its end.
  static func bytes(
    of path: String, advising advice: String = "name a WAV file"
  ) throws(UsageError) -> Data {
    if isDirectory(path), path != "-" {
      throw UsageError("\(path) is a directory", advice: advice)
    }
    let file: FileHandle? =
      path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
    guard let file else {
      let exists = FileManager.default.fileExists(atPath: path)
      throw UsageError(
        "\(path) \(exists ? "may not be read" : "does not exist")", advice: advice)
    }
    var bytes = Data()
    while true {
      let piece: Data?
      do { piece = try file.read(upToCount: pieceBytes) } catch {
        throw UsageError("\(name(path)) cannot be read", advice: advice)
      }
      guard let piece, !piece.isEmpty else { return bytes }
      bytes += piece
      guard bytes.count <= mostBytes else {
        throw UsageError(
          "\(name(path)) has more than \(mostBytes >> 20) MiB", advice: "take a shorter one")
      }
    }
  }

  private static func name(_ path: String) -> String { path == "-" ? "standard input" : path }
}
