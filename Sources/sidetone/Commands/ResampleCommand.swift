import AudioEngine

/// `sidetone resample`: WAV files at another rate, through the calls' own resampler.
struct ResampleCommand: Command {
  static let name = "resample"
  static let summary = "convert WAV files to another rate as a call would"
  static let operands = Conversion.operands
  static let options =
    [
      Option("--rate", "HZ", isRequired: true, help: "the rate to convert to, 4000 to 192000"),
      Option(
        "--filter", "NAME",
        help: "standard, or low-delay between 8000, 16000 and 24000 Hz (default standard)"),
      Option(
        "--chunk", "MS",
        help: "hand the resampler so many milliseconds at a time, 0.01 to 60000 (default 20)"),
    ] + Conversion.options
  static let notes =
    Conversion.notes + "\n\n" + """
      The result has exactly ceil(n * to / from) samples for n of the input and is
      the same for every --chunk. Between 8000, 16000 and 24000 Hz this is Sidetone's
      own integer filter, the same on every machine; other pairs of rates go through
      libspeexdsp at quality 5.

      exit status: 0, or 2 where a file or an option is wrong

      examples:
        sidetone resample voice.wav voice8k.wav --rate 8000
        sidetone resample voice.wav voice24k.wav --rate 24000 --filter low-delay
        sidetone resample call.wav caller.wav --rate 16000 --channel 1
        sidetone resample - - --raw 24000 --rate 8000 <speech.pcm | player
        sidetone resample *.wav telephone/ --rate 8000
      """

  private static let filters: [(name: String, filter: Resampler.Filter)] = [
    ("standard", .standard), ("low-delay", .lowDelay),
  ]

  private let conversion: Conversion
  private let rate: SampleRate
  private let filter: Resampler.Filter
  private let milliseconds: Double

  init(_ arguments: Arguments) throws(UsageError) {
    let hertz = try arguments.integer("--rate", in: 4_000...192_000)
    guard let rate = hertz.flatMap(SampleRate.init(hertz:)) else {
      throw UsageError("--rate is no rate")
    }
    self.rate = rate
    let name = try arguments.choice("--filter", of: Self.filters.map(\.name))
    filter = Self.filters.first { $0.name == name }?.filter ?? .standard
    milliseconds = try arguments.number("--chunk", in: 0.01...60_000) ?? 20
    conversion = try Conversion(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    try conversion.run(to: rate, as: .linear16) { sound, rate throws(UsageError) in
      try SoundFile.checkSize(of: sound, at: rate)
      var resampler: Resampler
      do throws(ResamplerError) {
        resampler = try Resampler(from: sound.rate, to: rate, filter: filter)
      } catch {
        throw Self.usageError(error)
      }
      let chunk = max(Int(milliseconds * Double(sound.rate.hertz) / 1_000), 1)
      let samples = resampler.resampleAll(sound.samples, inPiecesOf: chunk)
      return WaveFile(rate: rate, samples: samples)
    }
    return .success
  }

  private static func usageError(_ error: ResamplerError) -> UsageError {
    switch error {
    case .noLowDelayFilter(let from, let to):
      UsageError(
        "no low-delay filter from \(from.hertz) to \(to.hertz) Hz",
        advice: "take --filter standard; low-delay knows 8000, 16000 and 24000")
    case .outOfMemory:
      UsageError("not enough memory for the filter", advice: "end other programs first")
    }
  }
}
