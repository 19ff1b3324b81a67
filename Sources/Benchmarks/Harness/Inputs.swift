import AudioEngine
import Glibc

/// Inputs that are the same on every machine and in every run.
enum Inputs {
  /// Bytes without a pattern.
  static func bytes(_ count: Int) -> [UInt8] {
    var state: UInt64 = 1
    return (0..<count).map { _ in
      // Knuth's MMIX generator; its high bits are the good ones.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
  }

  /// A voice-like sum of tones at about -9 dBFS, so that no kernel saturates all the time.
  static func speech(_ count: Int) -> [Int16] {
    (0..<count).map { index in
      let time = Double(index) / 8_000
      let tones = [(210.0, 0.5), (730.0, 0.3), (1_090.0, 0.15), (2_440.0, 0.05)]
      let sum = tones.reduce(0) { $0 + $1.1 * sin(2 * .pi * $1.0 * time) }
      return Int16((sum * 11_000).rounded())
    }
  }

  /// Samples as the wire carries them.
  static func wire(_ samples: [Int16], _ format: WireFormat) -> [UInt8] {
    var bytes = [UInt8](
      repeating: 0, count: samples.count * format.encoding.bytesPerSample)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    switch format.encoding {
    case .linear16: Linear16.encode(samples.span, into: &raw)
    case .mulaw: G711.mulawEncode(samples.span, into: &raw)
    case .alaw: G711.alawEncode(samples.span, into: &raw)
    }
    return bytes
  }
}
