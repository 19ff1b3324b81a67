import AudioEngine
import Foundation

/// WAV files by path, with errors that say what to do.
enum SoundFile {
  /// An hour of 24 kHz audio is 173 MB.
  static let mostBytes = 512 << 20

  static func read(_ path: String) throws(UsageError) -> WaveFile {
    let bytes: Data
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      if attributes[.type] as? FileAttributeType == .typeDirectory {
        throw UsageError("\(path) is a directory", advice: "name a WAV file")
      }
      if let size = attributes[.size] as? Int, size > mostBytes {
        throw UsageError(
          "\(path) has more than \(mostBytes >> 20) MiB", advice: "take a shorter one")
      }
      bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch let error as UsageError {
      throw error
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: path) ? "may not be read" : "does not exist"
      throw UsageError("\(path) \(reason)", advice: "name a WAV file")
    }
    do {
      return try WaveFile(bytes: bytes.span)
    } catch {
      throw UsageError("\(path): \(error)", advice: "convert it: \(conversion(of: path))")
    }
  }

  /// A sound at a rate that calls have.
  static func readForCall(_ path: String, rate: SampleRate?) throws(UsageError) -> WaveFile {
    let sound = try read(path)
    if let rate, sound.rate != rate {
      throw UsageError(
        "\(path) has \(sound.rate.hertz) Hz, not \(rate.hertz)",
        advice: "convert it: \(conversion(of: path, to: rate))")
    }
    guard sound.rate.isTelephony else {
      throw UsageError(
        "\(path) has \(sound.rate.hertz) Hz, calls have 8000, 16000 or 24000",
        advice: "convert it: \(conversion(of: path))")
    }
    return sound
  }

  /// A sound at any rate, resampled to `rate` where it has another.
  static func read(_ path: String, at rate: SampleRate) throws(UsageError) -> WaveFile {
    let sound = try read(path)
    guard sound.rate != rate else { return sound }
    let samples: [Int16]
    do {
      var resampler = try Resampler(from: sound.rate, to: rate)
      samples = resampler.resampleAll(sound.samples, inPiecesOf: 4_096)
    } catch {
      throw UsageError(
        "\(path) cannot be resampled to \(rate.hertz) Hz",
        advice: "convert it: \(conversion(of: path, to: rate))")
    }
    return WaveFile(rate: rate, samples: samples)
  }

  static func write(_ sound: WaveFile, to path: String) throws(UsageError) {
    try write(Data(sound.encoded()), to: path)
  }

  static func write(_ bytes: Data, to path: String) throws(UsageError) {
    do {
      try bytes.write(to: URL(fileURLWithPath: path))
    } catch {
      throw UsageError("cannot write \(path)", advice: "check the directory and its permissions")
    }
  }

  /// Finds out before the call whether its result could be written after it.
  static func checkWritable(_ path: String?, for option: String) throws(UsageError) {
    guard let path else { return }
    var isDirectory: ObjCBool = false
    let files = FileManager.default
    let exists = unsafe files.fileExists(atPath: path, isDirectory: &isDirectory)
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard !isDirectory.boolValue,
      exists ? files.isWritableFile(atPath: path) : files.isWritableFile(atPath: directory)
    else {
      throw UsageError(
        "cannot write \(path)", advice: "name a file in a directory that exists for \(option)")
    }
  }

  private static func conversion(of path: String, to rate: SampleRate = .hz8000) -> String {
    "sox \(path) -b 16 -c 1 -r \(rate.hertz) converted.wav"
  }
}
