import AudioEngine
import Testing

@Suite struct Linear16Tests {
  @Test("reads and writes little-endian bytes") func bytes() {
    let bytes: [UInt8] = [0x34, 0x12, 0xFF, 0xFF, 0x77]
    var samples: [Int16] = [9, 9, 9]
    var span = samples.mutableSpan
    Linear16.decode(unsafe bytes.span.bytes, into: &span)
    #expect(samples == [0x1234, -1, 9])
    var written = [UInt8](repeating: 0, count: 4)
    var writtenSpan = written.mutableSpan
    var room = unsafe writtenSpan.mutableBytes
    Linear16.encode(samples.span.extracting(..<2), into: &room)
    #expect(written == [0x34, 0x12, 0xFF, 0xFF])
  }

  @Test("floats and back are the same samples", arguments: Kernels.available)
  func floats(_ kernels: Kernels) {
    let samples = noise(1_000, seed: 5)
    var floats = [Float](repeating: 0, count: samples.count)
    var floatSpan = floats.mutableSpan
    Linear16.floats(from: samples.span, into: &floatSpan, using: kernels)
    #expect(floats.allSatisfy { $0 >= -1 && $0 < 1 })
    var back = [Int16](repeating: 0, count: samples.count)
    var backSpan = back.mutableSpan
    Linear16.samples(from: floats.span, into: &backSpan, using: kernels)
    #expect(back == samples)
  }
}
