import AudioEngine

/// `sidetone transcode`: WAV files in another encoding.
struct TranscodeCommand: Command {
  static let name = "transcode"
  static let summary = "write WAV files as linear PCM, mu-law or A-law"
  static let operands = Conversion.operands
  static let options =
    [
      Option("--encoding", "NAME", isRequired: true, help: "linear16, mulaw or alaw"),
      Option(
        "--rate", "HZ", help: "the rate to convert to, 4000 to 192000 (default the file's)"),
    ] + Conversion.options
  static let notes =
    Conversion.notes + "\n\n" + """
      WAV format tags are 1 for linear16, 6 for alaw and 7 for mulaw. G.711 is bit for
      bit what CPython's audioop gives; a mu-law file written as mu-law again differs
      at most in the sign of a zero (code 7F becomes FF).

      exit status: 0, or 2 where a file or an option is wrong

      examples:
        sidetone transcode voice.wav voice-mulaw.wav --encoding mulaw
        sidetone transcode recording-alaw.wav voice.wav --encoding linear16
        sidetone transcode studio.wav prompt.wav --encoding mulaw --rate 8000
        sidetone transcode prompt.ulaw prompt.wav --raw 8000:mulaw --encoding linear16
        ffmpeg -i song.mp3 -f wav - | sidetone transcode - song.wav --encoding alaw
      """

  private let conversion: Conversion
  private let encoding: AudioEncoding
  private let rate: SampleRate?

  init(_ arguments: Arguments) throws(UsageError) {
    let name = try arguments.choice("--encoding", of: AudioEncoding.allCases.map(\.rawValue))
    guard let encoding = name.flatMap(AudioEncoding.init(rawValue:)) else {
      throw UsageError("--encoding is no encoding")
    }
    self.encoding = encoding
    rate = try arguments.integer("--rate", in: 4_000...192_000).flatMap(SampleRate.init(hertz:))
    conversion = try Conversion(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    try conversion.run(to: rate, as: encoding, SoundFile.resampled)
    return .success
  }
}
