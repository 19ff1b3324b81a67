import AudioEngine

/// One way to take bytes for samples. The judge reads G.711 by the formula of ITU-T G.711, not by the
/// engine's tables, whose mistakes it would share.
enum ByteReading: Hashable, CaseIterable, Sendable {
  case linear
  case swapped
  /// Linear, one byte later.
  case shifted
  case mulaw
  case alaw
  case unsigned
  case floating

  /// The reading that a stream's label promises.
  init(_ encoding: AudioEncoding) {
    switch encoding {
    case .linear16: self = .linear
    case .mulaw: self = .mulaw
    case .alaw: self = .alaw
    }
  }

  /// The kind of finding when bytes of a stream labelled `label` are really this.
  func finding(under label: AudioEncoding) -> AudioFinding.Kind {
    switch self {
    case .linear: .linearInG711
    case .swapped: label == .linear16 ? .byteSwapped : .linearInG711
    case .shifted: label == .linear16 ? .oddOffset : .linearInG711
    case .mulaw: .mulaw
    case .alaw: .alaw
    case .unsigned: .unsignedBytes
    case .floating: .floatingPoint
    }
  }

  /// The samples in full scale of 16 bits; nil where the bytes cannot be this at all.
  func samples(of bytes: ArraySlice<UInt8>) -> [Float]? {
    switch self {
    case .linear: Self.words(bytes) { Float(Int16(bitPattern: $0 | $1 << 8)) }
    case .swapped: Self.words(bytes) { Float(Int16(bitPattern: $1 | $0 << 8)) }
    case .shifted:
      Self.words(bytes.dropFirst().dropLast()) { Float(Int16(bitPattern: $0 | $1 << 8)) }
    case .mulaw: bytes.map { G711Law.mulaw[Int($0)] }
    case .alaw: bytes.map { G711Law.alaw[Int($0)] }
    case .unsigned: bytes.map { (Float($0) - 128) * 256 }
    case .floating: Self.floats(bytes)
    }
  }

  private static func words(
    _ bytes: ArraySlice<UInt8>, _ join: (UInt16, UInt16) -> Float
  ) -> [Float] {
    stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
      join(UInt16(bytes[$0]), UInt16(bytes[$0 + 1]))
    }
  }

  private static func floats(_ bytes: ArraySlice<UInt8>) -> [Float]? {
    var samples: [Float] = []
    for place in stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4) {
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
      let sample = Float(bitPattern: bits)
      // Random bytes are seldom all of a sound's size; a synthesiser's overshoot stays below four.
      guard sample.isFinite, abs(sample) < 4 else { return nil }
      samples.append(sample * 32_768)
    }
    return samples
  }
}

/// ITU-T G.711, tables 1a and 2a, as formulas.
enum G711Law {
  static let mulaw: [Float] = (0..<256).map { code in
    let bits = ~code & 255
    let magnitude = (((bits & 15) << 3 + 132) << (bits >> 4 & 7)) - 132
    return Float(bits & 128 == 0 ? magnitude : -magnitude)
  }

  static let alaw: [Float] = (0..<256).map { code in
    let bits = code ^ 0x55
    let exponent = bits >> 4 & 7
    let mantissa = (bits & 15) << 4
    let magnitude = exponent == 0 ? mantissa + 8 : (mantissa + 264) << (exponent - 1)
    return Float(bits & 128 == 0 ? -magnitude : magnitude)
  }
}
