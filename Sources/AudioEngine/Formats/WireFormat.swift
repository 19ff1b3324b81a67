/// How a sample is written on the platform's side.
public enum AudioEncoding: String, Hashable, Sendable, CaseIterable {
  /// 16-bit signed linear PCM, little-endian: two bytes a sample, silence 0x00.
  case linear16
  /// ITU-T G.711 mu-law: one byte a sample, silence 0xFF.
  case mulaw
  /// ITU-T G.711 A-law: one byte a sample, silence 0xD5.
  case alaw

  /// Bytes a sample takes on the wire.
  public var bytesPerSample: Int { self == .linear16 ? 2 : 1 }

  /// The byte that pads the tail of an utterance and sounds like nothing.
  public var silence: UInt8 {
    switch self {
    case .linear16: 0x00
    case .mulaw: 0xFF
    case .alaw: 0xD5
    }
  }
}

/// The platform's side of a stream: encoding and rate. The bot's side is a ``SampleRate`` alone,
/// since a bot always hears and speaks native 16-bit samples.
public struct WireFormat: Hashable, Sendable, CustomStringConvertible {
  /// How samples are written.
  public var encoding: AudioEncoding
  /// Samples a second: 8, 16 or 24 kHz.
  public var rate: SampleRate

  /// Makes a format from its two halves.
  public init(_ encoding: AudioEncoding, _ rate: SampleRate) {
    self.encoding = encoding
    self.rate = rate
  }

  /// Bytes a second on the wire, before base64.
  public var bytesPerSecond: Int { rate.hertz * encoding.bytesPerSample }

  /// How long `byteCount` bytes last, in nanoseconds, rounded down.
  public func nanoseconds(byteCount: Int) -> Int64 {
    rate.nanoseconds(sampleCount: byteCount / encoding.bytesPerSample)
  }

  /// The bytes of the samples that have ended after `nanoseconds`: the inverse of
  /// ``nanoseconds(byteCount:)``.
  public func byteCount(nanoseconds: Int64) -> Int {
    rate.sampleCount(nanoseconds: nanoseconds) * encoding.bytesPerSample
  }

  /// The format as people write it: `linear16 8000 Hz`.
  public var description: String { "\(encoding.rawValue) \(rate)" }
}
