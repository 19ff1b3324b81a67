import AudioEngine
import Foundation

/// `sidetone enhance`: WAV files through what a call may do to its caller's audio.
struct EnhanceCommand: Command {
  static let name = "enhance"
  static let summary = "take echo and noise out of WAV files as a call would"
  static let operands = Conversion.operands
  static let options =
    EnhancementFlags.options + [
      Option(
        "--far", "FAR.wav",
        help: "with --echo-cancel: what was played while IN.wav was recorded, both from the same "
          + "moment on"),
      Option("--json", help: "print what was found: the echo's delay and how often it has moved"),
    ] + Conversion.options
  static let notes =
    Conversion.notes + "\n\n" + """
      Works at 8000, 16000 and 24000 Hz in frames of 20 ms, in the order echo, noise,
      loudness, by libspeexdsp. The result is as long as the input, without a delay.

      exit status: 0, or 2 where a file or an option is wrong

      examples:
        sidetone enhance caller.wav clean.wav --noise-suppress
        sidetone enhance caller.wav clean.wav --echo-cancel --far bot.wav --json
      """

  private let conversion: Conversion
  private let options: EnhancementOptions
  private let far: WaveFile?
  private let wantsJSON: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    guard let options = EnhancementFlags.options(arguments) else {
      throw UsageError(
        "there is nothing to do", advice: "add --echo-cancel, --noise-suppress or --gain-control")
    }
    guard options.cancelsEcho == arguments.has("--far") else {
      throw UsageError(
        options.cancelsEcho
          ? "an echo of what? Name it with --far" : "--far is of no use without --echo-cancel")
    }
    self.options = options
    wantsJSON = arguments.flag("--json")
    far = try arguments.text("--far").map { path throws(UsageError) in
      try SoundFile.read(path, SoundOptions(arguments))
    }
    conversion = try Conversion(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    var findings: [Finding] = []
    try conversion.run(to: nil, as: .linear16) { sound, _ throws(UsageError) in
      let played = try far.map { far throws(UsageError) in
        try SoundFile.resampled(far, to: sound.rate)
      }
      let (result, finding) = try enhance(sound, far: played?.samples ?? [])
      findings.append(finding)
      return result
    }
    if wantsJSON {
      for finding in findings { print(finding.json) }
    }
    return .success
  }

  /// What was found out about one file.
  private struct Finding {
    let delay: Duration?
    let realignments: Int

    var json: String {
      let text = delay.map { String($0.inMilliseconds) } ?? "null"
      return "{\"echoDelayMs\":\(text),\"realignments\":\(realignments)}"
    }
  }

  private func enhance(
    _ sound: WaveFile, far: [Int16]
  ) throws(UsageError) -> (WaveFile, Finding) {
    var enhancer: Enhancer
    do throws(EnhancementError) {
      enhancer = try Enhancer(options, rate: sound.rate)
    } catch {
      switch error {
      case .unsupportedRate(let rate):
        throw UsageError(
          "calls have 8000, 16000 or 24000 Hz, not \(rate.hertz)",
          advice: "convert it with sidetone resample first")
      case .outOfMemory:
        throw UsageError("not enough memory for the filters", advice: "end other programs first")
      }
    }
    let size = enhancer.frameSampleCount
    let count = sound.samples.count
    // Whole frames; what the last lacks is silence and is cut off again.
    let padding = [Int16](repeating: 0, count: (size - count % size) % size)
    var samples = sound.samples + padding
    let heard = far.prefix(samples.count)
    let played = heard + [Int16](repeating: 0, count: samples.count - heard.count)
    for start in stride(from: 0, to: samples.count, by: size) {
      var all = samples.mutableSpan
      var frame = all._mutatingExtracting(start..<(start + size))
      enhancer.process(&frame, far: Array(played[start..<(start + size)]).span)
    }
    samples.removeLast(padding.count)
    let finding = Finding(delay: enhancer.delay, realignments: enhancer.realignments)
    return (WaveFile(rate: sound.rate, samples: samples), finding)
  }
}
