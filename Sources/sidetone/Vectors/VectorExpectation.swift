import AudioEngine
import Foundation

/// What must come out where not every bit is the same everywhere, or not one result alone is right.
enum VectorExpectation {
  /// A probability of speech for each window.
  case probabilities([Double], tolerance: Double)
  /// The keys that sound, their beginnings and lengths in milliseconds.
  case keys([KeyFindings.Key], tolerance: Double)
  /// Samples, each off by so much at most.
  case samples([Int16], tolerance: Int)
  /// After two seconds softer than what went in, in decibels.
  case softer(Double)

  /// A probability a line; nil where that is not what the text says.
  static func probabilities(_ text: [UInt8], _ tolerance: Double) -> VectorExpectation? {
    let lines = lines(of: text)
    let values = lines.compactMap(Double.init)
    guard values.count == lines.count else { return nil }
    return .probabilities(values, tolerance: tolerance)
  }

  /// A key, a time and a length a line; nil where that is not what the text says.
  static func keys(_ text: [UInt8], _ tolerance: Double) -> VectorExpectation? {
    let lines = lines(of: text)
    let keys = lines.compactMap { line -> KeyFindings.Key? in
      let words = line.split(separator: " ")
      guard words.count == 3, let at = Double(words[1]), let duration = Double(words[2])
      else { return nil }
      return KeyFindings.Key(digit: String(words[0]), atMs: at, durationMs: duration)
    }
    guard keys.count == lines.count else { return nil }
    return .keys(keys, tolerance: tolerance)
  }

  private static func lines(of text: [UInt8]) -> [Substring] {
    String(decoding: text, as: UTF8.self).split(separator: "\n")
  }

  /// What is wrong with probabilities; nil where nothing is.
  func fault(ofProbabilities given: [Double]) -> String? {
    guard case .probabilities(let wanted, let tolerance) = self else { return nil }
    guard given.count == wanted.count else { return "\(given.count) windows, not \(wanted.count)" }
    let worst = zip(given, wanted).enumerated().max {
      abs($0.element.0 - $0.element.1) < abs($1.element.0 - $1.element.1)
    }
    guard let worst, abs(worst.element.0 - worst.element.1) > tolerance else { return nil }
    return "window \(worst.offset) is \(worst.element.0), not \(worst.element.1)"
  }

  /// What is wrong with keys.
  func fault(ofKeys given: [KeyFindings.Key]) -> String? {
    guard case .keys(let wanted, let tolerance) = self else { return nil }
    let digits = given.map(\.digit).joined()
    guard digits == wanted.map(\.digit).joined() else { return "the keys are \(digits)" }
    for (given, wanted) in zip(given, wanted) {
      let begin = abs(given.atMs - wanted.atMs)
      let length = abs(given.durationMs - wanted.durationMs)
      if begin > tolerance || length > tolerance {
        return "key \(given.digit) is at \(given.atMs) ms for \(given.durationMs) ms"
      }
    }
    return nil
  }

  /// What is wrong with samples that `input` has become.
  func fault(ofSamples given: [Int16], from input: [Int16], rate: SampleRate) -> String? {
    switch self {
    case .samples(let wanted, let tolerance):
      guard given.count >= wanted.count else {
        return "\(given.count) samples, not \(wanted.count)"
      }
      let at = wanted.indices.first { abs(Int(given[$0]) - Int(wanted[$0])) > tolerance }
      return at.map { "sample \($0) is \(given[$0]), not \(wanted[$0])" }
    case .softer(let decibels):
      func energy(_ samples: [Int16]) -> Double {
        samples.dropFirst(2 * rate.hertz).reduce(1) { $0 + Double($1) * Double($1) }
      }
      let reached = 10 * log10(energy(input) / energy(given))
      return reached < decibels ? "softer by \(reached) dB, not by \(decibels)" : nil
    case .probabilities, .keys: return nil
    }
  }
}

extension VectorOperation {
  /// What a detector or a stage makes of a file; one sentence where that is wrong.
  static func fault(
    hearing input: [UInt8], _ expectation: VectorExpectation, using kernels: Kernels,
    inPiecesOf size: Int
  ) -> String? {
    guard let sound = try? WaveFile(bytes: input.span) else { return "the input is no WAV file" }
    if case .keys = expectation {
      let found = KeyFindings(in: sound, of: "", using: kernels, inPiecesOf: size)
      return expectation.fault(ofKeys: found.keys)
    }
    guard var activity = VoiceActivity(rate: sound.rate, using: kernels) else {
      return "the network does not hear \(sound.rate)"
    }
    var given: [Double] = []
    for start in stride(from: 0, to: sound.samples.count, by: size) {
      let piece = sound.samples.span.extracting(
        start..<min(start + size, sound.samples.count))
      var room = [UInt16](
        repeating: 0, count: activity.windowCount(sampleCount: piece.count))
      var span = room.mutableSpan
      _ = activity.judge(piece, into: &span)
      given += room.map { Double($0) / Double(VoiceActivity.certain) }
    }
    return expectation.fault(ofProbabilities: given)
  }

  /// The same of a stage that changes the caller's audio.
  static func fault(
    enhancing input: [UInt8], far: [UInt8]?, _ options: EnhancementOptions,
    _ expectation: VectorExpectation
  ) -> String? {
    guard let sound = try? WaveFile(bytes: input.span) else { return "the input is no WAV file" }
    let played = far.flatMap { try? WaveFile(bytes: $0.span).samples } ?? []
    guard let enhanced = try? FileEnhancement(sound, far: played, options) else {
      return "there is no such stage for \(sound.rate)"
    }
    return expectation.fault(
      ofSamples: enhanced.sound.samples, from: sound.samples, rate: sound.rate)
  }
}
