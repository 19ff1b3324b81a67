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
  case hear(VectorExpectation)
  case enhance(EnhancementOptions, far: [UInt8]?, VectorExpectation)

  enum Direction { case encode, decode }

  /// Reads an operation from the manifest; nil where it is unknown or a parameter is wrong.
  init?(
    _ check: VectorManifest.Check, input: [UInt8], far: [UInt8]?, expected: [UInt8]
  ) {
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
    case "vad", "keys":
      let read = check.operation == "vad" ? VectorExpectation.probabilities : VectorExpectation.keys
      guard let expectation = read(expected, check.tolerance ?? 0) else { return nil }
      self = .hear(expectation)
    case "enhance":
      guard let options = EnhancementOptions(check.stages ?? []),
        options.cancelsEcho == (far != nil)
      else { return nil }
      if let softer = check.softer {
        self = .enhance(options, far: far, .softer(softer))
      } else {
        let samples = Self.samples(of: expected)
        let tolerance = Int(check.tolerance ?? 0)
        self = .enhance(options, far: far, .samples(samples, tolerance: tolerance))
      }
    default: return nil
    }
  }

  /// Whether the operation runs on the kernels of any instruction set, and not on the best alone.
  var hasKernels: Bool {
    switch self {
    case .wave, .waveDecode, .enhance: false
    default: true
    }
  }

  /// Whether a stream may be handed over in pieces.
  var hasPieces: Bool {
    switch self {
    case .wave, .waveDecode, .base64Cases, .enhance: false
    default: true
    }
  }
}

extension EnhancementOptions {
  /// Stages by the names that their options have; nil where there is none, or an unknown one.
  fileprivate init?(_ names: [String]) {
    self.init(
      cancelsEcho: names.contains("echo-cancel"),
      suppressesNoise: names.contains("noise-suppress"),
      controlsGain: names.contains("gain-control"))
    let known = [cancelsEcho, suppressesNoise, controlsGain].count { $0 }
    guard known > 0, known == names.count else { return nil }
  }
}
