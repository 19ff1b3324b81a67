import AudioEngine

/// `sidetone resample`: a WAV file at another rate, through the calls' own resampler.
struct ResampleCommand: Command {
  static let name = "resample"
  static let summary = "convert a WAV file to another rate as a call would"
  static let operands = [
    Operand(name: "IN.wav", help: "mono: 16-bit linear PCM, A-law or mu-law, at any rate"),
    Operand(name: "OUT.wav", help: "where to write the result: mono, 16 bits"),
  ]
  static let options = [
    Option("--rate", "HZ", isRequired: true, help: "the rate to convert to, 4000 to 192000"),
    Option(
      "--filter", "NAME",
      help: "standard, or low-delay between 8000, 16000 and 24000 Hz (default standard)"),
    Option(
      "--chunk", "MS",
      help: "hand the resampler so many milliseconds at a time, 0.01 to 60000 (default 20)"),
  ]
  static let notes = """
    The result has exactly ceil(n * to / from) samples for n of the input and is
    the same for every --chunk. Between 8000, 16000 and 24000 Hz this is Sidetone's
    own integer filter, the same on every machine; other pairs of rates go through
    libspeexdsp at quality 5.

    exit status: 0, or 2 where a file or an option is wrong

    examples:
      sidetone resample voice.wav voice8k.wav --rate 8000
      sidetone resample voice.wav voice24k.wav --rate 24000 --filter low-delay
    """

  private static let filters: [(name: String, filter: Resampler.Filter)] = [
    ("standard", .standard), ("low-delay", .lowDelay),
  ]

  private let sound: WaveFile
  private let rate: SampleRate
  private let filter: Resampler.Filter
  private let chunk: Int
  private let output: String

  init(_ arguments: Arguments) throws(UsageError) {
    let hertz = try arguments.integer("--rate", in: 4_000...192_000)
    guard let rate = hertz.flatMap(SampleRate.init(hertz:)) else {
      throw UsageError("--rate is no rate")
    }
    let name = try arguments.choice("--filter", of: Self.filters.map(\.name))
    filter = Self.filters.first { $0.name == name }?.filter ?? .standard
    let milliseconds = try arguments.number("--chunk", in: 0.01...60_000) ?? 20
    output = arguments.operand(1)
    sound = try SoundFile.read(arguments.operand(0))
    try SoundFile.checkWritable(output, for: "OUT.wav")
    self.rate = rate
    chunk = max(Int(milliseconds * Double(sound.rate.hertz) / 1_000), 1)
    let bytes = sound.samples.count / sound.rate.hertz * rate.hertz * 2
    guard bytes < SoundFile.mostBytes else {
      throw UsageError(
        "\(output) would have more than \(SoundFile.mostBytes >> 20) MiB",
        advice: "take a shorter file or a lower rate")
    }
  }

  func run() async throws(UsageError) -> ExitStatus {
    var resampler: Resampler
    do {
      resampler = try Resampler(from: sound.rate, to: rate, filter: filter)
    } catch {
      throw Self.usageError(error)
    }
    let samples = resampler.resampleAll(sound.samples, inPiecesOf: chunk)
    try SoundFile.write(WaveFile(rate: rate, samples: samples), to: output)
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
