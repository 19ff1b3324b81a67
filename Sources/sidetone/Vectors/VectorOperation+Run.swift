import AudioEngine

extension VectorOperation {
  /// Runs the operation on a file.
  ///
  /// - Parameters:
  ///   - input: a whole file.
  ///   - kernels: the instruction set to run on.
  ///   - size: samples, codes or base64 quanta handed over at a time, 1 or more.
  /// - Returns: the bytes of the file that comes out; nil where the input is not of its kind.
  func output(of input: [UInt8], using kernels: Kernels, inPiecesOf size: Int) -> [UInt8]? {
    switch self {
    case .companding(let law, .encode):
      return Self.compress(Self.samples(of: input), law, kernels, size)
    case .companding(let law, .decode): return Self.expand(input, law, kernels, size)
    case .wave(let encoding): return (try? WaveFile(bytes: input.span))?.encoded(as: encoding)
    case .waveDecode: return (try? WaveFile(bytes: input.span))?.encoded()
    case .base64(.encode): return Self.base64(input, kernels, 3 * size)
    case .base64(.decode): return Self.bytes(ofBase64: input, kernels, 4 * size)
    case .base64Cases, .level, .hear, .enhance: return nil
    case .floats(.encode): return Self.floats(Self.samples(of: input), kernels, size)
    case .floats(.decode): return Self.samples(ofFloats: input, kernels, size)
    case .gain(let gain):
      return Self.inPlace(input, size) { gain.apply(to: &$0, using: kernels) }
    case .fade(let start, let target, let count):
      var fade = Fade(from: start, to: target, over: count)
      return Self.inPlace(input, size) { fade.apply(to: &$0, using: kernels) }
    case .resample(let rate, let filter):
      guard let wave = try? WaveFile(bytes: input.span),
        var resampler = try? Resampler(from: wave.rate, to: rate, filter: filter, using: kernels)
      else { return nil }
      let samples = resampler.resampleAll(wave.samples, inPiecesOf: size)
      return WaveFile(rate: rate, samples: samples).encoded()
    }
  }

  /// The samples of a WAV file, or of a file without a header.
  static func samples(of input: [UInt8]) -> [Int16] {
    if let wave = try? WaveFile(bytes: input.span) { return wave.samples }
    var samples = [Int16](repeating: 0, count: input.count / 2)
    var room = samples.mutableSpan
    unsafe Linear16.decode(input.span.bytes, into: &room)
    return samples
  }

  private static func bytes(of samples: [Int16]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: samples.count * 2)
    var span = bytes.mutableSpan
    var room = unsafe span.mutableBytes
    Linear16.encode(samples.span, into: &room)
    return bytes
  }

  private static func pieces(of count: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  private static func compress(
    _ samples: [Int16], _ law: AudioEncoding, _ kernels: Kernels, _ size: Int
  ) -> [UInt8] {
    var codes = [UInt8](repeating: 0x88, count: samples.count)
    var span = codes.mutableSpan
    var room = unsafe span.mutableBytes
    for piece in pieces(of: samples.count, size) {
      var part = room._mutatingExtracting(piece)
      if law == .mulaw {
        G711.mulawEncode(samples.span.extracting(piece), into: &part, using: kernels)
      } else {
        G711.alawEncode(samples.span.extracting(piece), into: &part, using: kernels)
      }
    }
    return codes
  }

  private static func expand(
    _ codes: [UInt8], _ law: AudioEncoding, _ kernels: Kernels, _ size: Int
  ) -> [UInt8] {
    var samples = [Int16](repeating: 0x88, count: codes.count)
    var room = samples.mutableSpan
    for piece in pieces(of: codes.count, size) {
      var part = room._mutatingExtracting(piece)
      if law == .mulaw {
        unsafe G711.mulawDecode(codes.span.extracting(piece).bytes, into: &part, using: kernels)
      } else {
        unsafe G711.alawDecode(codes.span.extracting(piece).bytes, into: &part, using: kernels)
      }
    }
    return bytes(of: samples)
  }

  private static func base64(_ bytes: [UInt8], _ kernels: Kernels, _ size: Int) -> [UInt8] {
    var text = [UInt8](repeating: 0x88, count: Base64.encodedCount(byteCount: bytes.count))
    var span = text.mutableSpan
    var room = unsafe span.mutableBytes
    var given = 0
    for piece in pieces(of: bytes.count, size) {
      var part = room._mutatingExtracting(given...)
      given += unsafe Base64.encode(
        bytes.span.extracting(piece).bytes, into: &part, using: kernels)
    }
    return text
  }

  private static func bytes(
    ofBase64 text: [UInt8], _ kernels: Kernels, _ size: Int
  ) -> [UInt8]? {
    let capacity = Base64.decodedCapacity(characterCount: text.count)
    var bytes = [UInt8](repeating: 0x88, count: capacity)
    var span = bytes.mutableSpan
    var room = unsafe span.mutableBytes
    var given = 0
    for piece in pieces(of: text.count, size) {
      var part = room._mutatingExtracting(given...)
      guard
        let count = try? unsafe Base64.decode(
          text.span.extracting(piece).bytes, into: &part, using: kernels)
      else { return nil }
      given += count
    }
    bytes.removeSubrange(given...)
    return bytes
  }

  private static func floats(_ samples: [Int16], _ kernels: Kernels, _ size: Int) -> [UInt8] {
    var floats = [Float](repeating: 0x88, count: samples.count)
    var room = floats.mutableSpan
    for piece in pieces(of: samples.count, size) {
      var part = room._mutatingExtracting(piece)
      Linear16.floats(from: samples.span.extracting(piece), into: &part, using: kernels)
    }
    return floats.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
  }

  private static func samples(
    ofFloats input: [UInt8], _ kernels: Kernels, _ size: Int
  ) -> [UInt8] {
    let floats = stride(from: 0, through: input.count - 4, by: 4).map { at in
      Float(bitPattern: input[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
    var samples = [Int16](repeating: 0x88, count: floats.count)
    var room = samples.mutableSpan
    for piece in pieces(of: floats.count, size) {
      var part = room._mutatingExtracting(piece)
      Linear16.samples(from: floats.span.extracting(piece), into: &part, using: kernels)
    }
    return bytes(of: samples)
  }

  private static func inPlace(
    _ input: [UInt8], _ size: Int, _ change: (inout MutableSpan<Int16>) -> Void
  ) -> [UInt8] {
    var samples = samples(of: input)
    let all = pieces(of: samples.count, size)
    var room = samples.mutableSpan
    for piece in all {
      var part = room._mutatingExtracting(piece)
      change(&part)
    }
    return bytes(of: samples)
  }
}
