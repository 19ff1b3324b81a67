import AudioEngine

/// What a check runs, with its parameters.
enum VectorOperation {
  case companding(AudioEncoding, Direction)
  case wave(AudioEncoding)
  case waveDecode
  case base64(Direction)
  case base64Cases([Base64Case])
  case floats(Direction)
  case level(sumOfSquares: UInt64, peak: Int)
  case gain(Gain)
  case fade(start: Gain, target: Gain, sampleCount: Int)
  case resample(SampleRate, Resampler.Filter)

  enum Direction { case encode, decode }

  /// Reads an operation from the manifest; nil where it is unknown or a parameter is wrong.
  init?(_ check: VectorManifest.Check, input: [UInt8]) {
    switch check.operation {
    case "mulaw-encode": self = .companding(.mulaw, .encode)
    case "mulaw-decode": self = .companding(.mulaw, .decode)
    case "alaw-encode": self = .companding(.alaw, .encode)
    case "alaw-decode": self = .companding(.alaw, .decode)
    case "wave-decode": self = .waveDecode
    case "wave-encode":
      guard let encoding = check.encoding.flatMap(AudioEncoding.init(rawValue:)) else { return nil }
      self = .wave(encoding)
    case "base64-encode": self = .base64(.encode)
    case "base64-decode": self = .base64(.decode)
    case "base64-cases":
      guard let cases = Base64Case.read(input) else { return nil }
      self = .base64Cases(cases)
    case "to-float32": self = .floats(.encode)
    case "from-float32": self = .floats(.decode)
    case "level":
      guard let sum = check.sumOfSquares, let peak = check.peak else { return nil }
      self = .level(sumOfSquares: sum, peak: peak)
    case "gain":
      guard let units = check.gain else { return nil }
      self = .gain(Gain(units: units))
    case "fade":
      guard let fade = check.fade, fade.count == 3, let start = UInt16(exactly: fade[0]),
        let target = UInt16(exactly: fade[1]), (0...1 << 31).contains(fade[2])
      else { return nil }
      self = .fade(
        start: Gain(units: start), target: Gain(units: target), sampleCount: fade[2])
    case "resample":
      guard let rate = check.rate.flatMap(SampleRate.init(hertz:)), rate.isTelephony,
        let filter = ["standard": Resampler.Filter.standard, "low-delay": .lowDelay][
          check.filter ?? "standard"]
      else { return nil }
      self = .resample(rate, filter)
    default: return nil
    }
  }

  /// Whether the operation runs on the kernels of any instruction set, and not on the best alone.
  var hasKernels: Bool {
    switch self {
    case .wave, .waveDecode: false
    default: true
    }
  }

  /// Whether a stream may be handed over in pieces.
  var hasPieces: Bool {
    switch self {
    case .wave, .waveDecode, .base64Cases: false
    default: true
    }
  }
}
