import AudioEngine
import Foundation

/// `sidetone enhance`: WAV files through what a call may do to its caller's audio.
struct EnhanceCommand: Command {
  static let name = "enhance"
  static let summary = "take echo and noise out of WAV files as a call would"
  static let operands = Conversion.operands
  static let options =
    FileEnhancementOptions.options + [
      Option("--json", help: "print what was found: the echo's delay and how often it has moved")
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
  private let enhancement: FileEnhancementOptions
  private let wantsJSON: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    guard let enhancement = try FileEnhancementOptions(arguments) else {
      throw UsageError(
        "there is nothing to do", advice: "add --echo-cancel, --noise-suppress or --gain-control")
    }
    self.enhancement = enhancement
    wantsJSON = arguments.flag("--json")
    conversion = try Conversion(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    var findings: [String] = []
    try conversion.run(to: nil, as: .linear16) { sound, _ throws(UsageError) in
      let enhanced = try enhancement.apply(to: sound)
      findings.append(enhanced.json)
      return enhanced.sound
    }
    if wantsJSON {
      for finding in findings { Console.print(finding) }
    }
    return .success
  }
}
