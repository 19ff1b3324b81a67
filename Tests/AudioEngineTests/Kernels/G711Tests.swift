import AudioEngine
import Testing

@Suite struct G711Tests {
  @Test("silence, full scale and one step", arguments: Kernels.available)
  func knownCodes(_ kernels: Kernels) {
    let samples: [Int16] = [0, 32_767, -32_768, 8, -8]
    #expect(Self.encoded(samples, G711.mulawEncode, kernels) == [0xFF, 0x80, 0x00, 0xFE, 0x7E])
    #expect(Self.encoded(samples, G711.alawEncode, kernels) == [0xD5, 0xAA, 0x2A, 0xD5, 0x55])
    #expect(
      Self.decoded([0xFF, 0x80, 0x00, 0x7F], G711.mulawDecode, kernels) == [0, 32_124, -32_124, 0])
    #expect(
      Self.decoded([0xD5, 0xAA, 0x2A, 0x55], G711.alawDecode, kernels) == [8, 32_256, -32_256, -8])
  }

  @Test("what a code means, encodes to that code", arguments: Kernels.available)
  func roundTrip(_ kernels: Kernels) {
    let codes = Array(UInt8.min...UInt8.max)
    let alaw = Self.decoded(codes, G711.alawDecode, kernels)
    #expect(Self.encoded(alaw, G711.alawEncode, kernels) == codes)
    // mu-law has two zeros; audioop's arithmetic gives 0xFF for both.
    let mulaw = Self.decoded(codes, G711.mulawDecode, kernels)
    #expect(
      Self.encoded(mulaw, G711.mulawEncode, kernels) == codes.map { $0 == 0x7F ? 0xFF : $0 })
  }

  static func encoded(
    _ samples: [Int16], _ encode: (Span<Int16>, inout MutableRawSpan, Kernels) -> Void,
    _ kernels: Kernels
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: samples.count)
    var span = bytes.mutableSpan
    var room = unsafe span.mutableBytes
    encode(samples.span, &room, kernels)
    return bytes
  }

  static func decoded(
    _ bytes: [UInt8], _ decode: (RawSpan, inout MutableSpan<Int16>, Kernels) -> Void,
    _ kernels: Kernels
  ) -> [Int16] {
    var samples = [Int16](repeating: 0, count: bytes.count)
    var span = samples.mutableSpan
    decode(unsafe bytes.span.bytes, &span, kernels)
    return samples
  }
}
