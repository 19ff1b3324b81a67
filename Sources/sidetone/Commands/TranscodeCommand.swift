import AudioEngine
import Foundation

/// `sidetone transcode`: a WAV file in another encoding.
struct TranscodeCommand: Command {
  static let name = "transcode"
  static let summary = "write a WAV file as linear PCM, mu-law or A-law"
  static let operands = [
    Operand(name: "IN.wav", help: "mono: 16-bit linear PCM, A-law or mu-law, at any rate"),
    Operand(name: "OUT.wav", help: "where to write the result, at the same rate"),
  ]
  static let options = [
    Option("--encoding", "NAME", isRequired: true, help: "linear16, mulaw or alaw")
  ]
  static let notes = """
    WAV format tags are 1 for linear16, 6 for alaw and 7 for mulaw. G.711 is bit for
    bit what CPython's audioop gives; a mu-law file written as mu-law again differs
    at most in the sign of a zero (code 7F becomes FF).

    exit status: 0, or 2 where a file or an option is wrong

    examples:
      sidetone transcode voice.wav voice-mulaw.wav --encoding mulaw
      sidetone transcode recording-alaw.wav voice.wav --encoding linear16
    """

  private let sound: WaveFile
  private let encoding: AudioEncoding
  private let output: String

  init(_ arguments: Arguments) throws(UsageError) {
    let name = try arguments.choice("--encoding", of: AudioEncoding.allCases.map(\.rawValue))
    guard let encoding = name.flatMap(AudioEncoding.init(rawValue:)) else {
      throw UsageError("--encoding is no encoding")
    }
    self.encoding = encoding
    output = arguments.operand(1)
    sound = try SoundFile.read(arguments.operand(0))
    try SoundFile.checkWritable(output, for: "OUT.wav")
  }

  func run() async throws(UsageError) -> ExitStatus {
    try SoundFile.write(Data(sound.encoded(as: encoding)), to: output)
    return .success
  }
}
