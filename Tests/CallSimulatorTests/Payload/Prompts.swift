import AudioEngine
import Foundation
import Testing

/// Recorded human prompts of Debian's asterisk packages, 8 kHz, in as many languages as are installed.
enum Prompts {
  private static let root = "/usr/share/asterisk/sounds"
  static let why: Comment = "no prompts under \(root): scripts/setup installs them"

  /// Those that are installed.
  static var languages: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted()
  }

  /// Up to `count` prompts of between `seconds` and eight seconds in each language, evenly chosen, as paths.
  static func some(_ count: Int, of seconds: Int = 2) -> [String] {
    let files = FileManager.default
    return languages.flatMap { language -> [String] in
      let folder = "\(root)/\(language)"
      let names = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).sorted().filter { name in
        guard name.hasSuffix(".wav"),
          let size = try? files.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int
        else { return false }
        return (16_000 * seconds...128_000).contains(size)
      }
      return stride(from: 0, to: names.count, by: max(names.count / count, 1)).prefix(count)
        .map { "\(folder)/\(names[$0])" }
    }
  }

  /// All of a sound at another rate, by one resampler.
  static func resampled(
    _ samples: [Int16], from: SampleRate, to: SampleRate
  ) throws -> [Int16] {
    var resampler = try Resampler(from: from, to: to)
    let bound = resampler.outputBound(inputCount: samples.count)
    var output = [Int16](repeating: 0, count: bound + resampler.outputBound(inputCount: 0))
    var room = output.mutableSpan
    var count = resampler.resample(samples.span, into: &room)
    var rest = room._mutatingExtracting(count...)
    count += resampler.flush(into: &rest)
    output.removeSubrange(count...)
    return output
  }

  /// A prompt's samples at a rate that calls have.
  static func samples(_ path: String, at rate: SampleRate = .hz8000) throws -> [Int16] {
    let file = try WaveFile(bytes: Data(contentsOf: URL(filePath: path)).span)
    guard rate != file.rate else { return file.samples }
    return try resampled(file.samples, from: file.rate, to: rate)
  }
}
