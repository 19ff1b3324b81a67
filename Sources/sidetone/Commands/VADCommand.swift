import AudioEngine
import Foundation

/// `sidetone vad`: where somebody speaks in a sound, as a call's detector hears it.
struct VADCommand: Command {
  static let name = "vad"
  static let summary = "find speech or keys in a WAV file as a call would"
  static let operands = [Operand(name: "FILE", help: "a WAV file, - for standard input")]
  static let options =
    [
      Option("--detector", "NAME", help: detectorHelp),
      Option(
        "--threshold", "P", help: "the least probability of speech, 0.01 to 0.99 (default 0.5)"),
      Option("--onset", "MS", help: "how long speech must last to count, 1 to 5000 (default 64)"),
      Option(
        "--hangover", "MS", help: "how long it must be gone to have ended, 1 to 10000 (default 400)"
      ),
      Option("--probabilities", help: "also print one probability for each window of 32 ms"),
      Option("--keys", help: "list the telephone keys (DTMF) that sound in it, not the speech"),
      Option("--beeps", help: "list the beeps of voice mailboxes in it, not the speech"),
      Option("--turns", help: "list where its speaker's turns end, not the speech"),
      Option("--json", help: "print JSON"),
      Option("--labels", help: "print labels that Audacity imports"),
      SoundOptions.channelOption, SoundOptions.rawOption,
    ] + FileEnhancementOptions.options
  static let detectorHelp =
    "voice, a neural network, or level, a gate on the level alone (default voice)"
  static let notes = """
    Speech begins with the first window of it less 64 ms, and ends with the last;
    "decided" is when a call would have known. Files of 8, 16 and 24 kHz are heard
    as they are, others are resampled to 16 kHz. With --echo-cancel, --noise-suppress
    or --gain-control they are cleaned first, as a call's audio is.

    exit status: 0, also where nobody speaks, 2 where a file or an option is wrong

    examples:
      sidetone vad voicemail.wav
      sidetone vad voicemail.wav --json --probabilities | jq .spans
      sidetone vad voicemail.wav --labels >voicemail.txt
      sidetone vad call.raw --raw 8000:mulaw --threshold 0.7
      sidetone vad call.wav --keys --json
      sidetone vad mailbox.wav --beeps
      sidetone vad caller.wav --turns
    """

  private let path: String
  private let sound: WaveFile
  private let choice: DetectorChoice
  private let settings: VoiceDetector.Settings
  private let wantsProbabilities: Bool
  private let wantsJSON: Bool
  private let wantsLabels: Bool
  private let wantsKeys: Bool
  private let wantsBeeps: Bool
  private let wantsTurns: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    path = arguments.operand(0)
    choice = try DetectorChoice(arguments)
    wantsProbabilities = arguments.flag("--probabilities")
    wantsJSON = arguments.flag("--json")
    wantsLabels = arguments.flag("--labels")
    wantsKeys = arguments.flag("--keys")
    wantsBeeps = arguments.flag("--beeps")
    wantsTurns = arguments.flag("--turns")
    let lists = ["--keys", "--beeps", "--turns"].filter(arguments.has)
    guard lists.count < 2 else { throw UsageError("take one of \(Arguments.list(lists))") }
    let speech = ["--detector", "--threshold", "--onset", "--hangover"]
    let others = (wantsTurns ? [] : speech) + ["--probabilities", "--labels"]
    if let list = lists.first, let other = others.first(where: arguments.has) {
      throw UsageError("\(other) is of no use with \(list)")
    }
    guard !wantsJSON || !wantsLabels else {
      throw UsageError("--json and --labels are two forms of one answer: take one")
    }
    guard !wantsProbabilities || !wantsLabels else {
      throw UsageError("labels have no place for probabilities", advice: "take --json")
    }
    guard choice == .voice || !(wantsProbabilities || arguments.has("--threshold")) else {
      throw UsageError("the level gate knows no probabilities", advice: "take --detector voice")
    }
    let enter = try arguments.number("--threshold", in: 0.01...0.99) ?? 0.5
    settings = VoiceDetector.Settings(
      enter: enter, leave: max(enter - 0.15, 0.01),
      onset: .milliseconds(try arguments.integer("--onset", in: 1...5_000) ?? 64),
      hangover: .milliseconds(try arguments.integer("--hangover", in: 1...10_000) ?? 400))
    let sound = try SoundFile.read(path, SoundOptions(arguments))
    let fit = sound.rate.isTelephony ? sound : try SoundFile.resampled(sound, to: .hz16000)
    self.sound = try FileEnhancementOptions(arguments)?.apply(to: fit).listened ?? fit
  }

  func run() async throws(UsageError) -> ExitStatus {
    if wantsKeys {
      let found = KeyFindings(in: sound, of: path)
      Console.print(wantsJSON ? found.prettyJSON : found.lines.joined(separator: "\n"))
      return .success
    }
    if wantsBeeps {
      let found = BeepFindings(in: sound, of: path)
      Console.print(wantsJSON ? found.prettyJSON : found.lines.joined(separator: "\n"))
      return .success
    }
    if wantsTurns {
      let gate = LevelGate(onset: settings.onset, hangover: settings.hangover)
      let found = try TurnFindings(
        in: sound, of: path, choice == .voice ? VoiceDetector(settings) : gate)
      Console.print(wantsJSON ? found.prettyJSON : found.lines.joined(separator: "\n"))
      return .success
    }
    let found =
      choice == .voice
      ? SpeechFindings(in: sound, settings)
      : SpeechFindings(in: sound, onset: settings.onset, hangover: settings.hangover)
    if wantsJSON {
      Console.print(found.json(of: path, with: choice, probabilities: wantsProbabilities))
    } else if wantsLabels {
      for span in found.spans { Console.print(span.label) }
    } else {
      for line in found.lines(of: path, sound) { Console.print(line) }
      if wantsProbabilities { Console.print(found.probabilityLines.joined(separator: "\n")) }
    }
    return .success
  }
}

/// Which detector is to hear callers.
enum DetectorChoice: String, CaseIterable {
  case voice
  case level

  /// What `--detector` says; the neural one where it says nothing.
  init(_ arguments: Arguments) throws(UsageError) {
    let name = try arguments.choice("--detector", of: Self.allCases.map(\.rawValue))
    self = name.flatMap(Self.init) ?? .voice
  }
}
