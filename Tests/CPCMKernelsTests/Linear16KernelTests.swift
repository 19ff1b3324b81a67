import CPCMKernels
import Testing

@Suite struct Linear16KernelTests {
  static let counts = Array(0...70) + [159, 160, 161, 800]

  @Test("gain and fade take any count and touch nothing else", arguments: InstructionSet.available)
  func gainAndFade(_ isa: InstructionSet) {
    for count in Self.counts {
      let gain = UInt16(truncatingIfNeeded: count &* 4_099)
      let isSame =
        unsafe agrees(isa, reading: 2 * count, writing: 2 * count, seed: count) {
          kernels, dst, src in
          unsafe kernels.gain(
            dst.assumingMemoryBound(to: Int16.self), src.assumingMemoryBound(to: Int16.self), count,
            gain)
        }
        && agrees(isa, reading: 2 * count, writing: 2 * count, seed: count) { kernels, dst, src in
          unsafe kernels.fade(
            dst.assumingMemoryBound(to: Int16.self), src.assumingMemoryBound(to: Int16.self), count,
            1 << 28, Int32(count) * 20_001 - 700_000)
        }
      #expect(isSame, "\(count) samples")
    }
  }

  @Test("gain rounds half up and saturates", arguments: InstructionSet.available)
  func gainValues(_ isa: InstructionSet) {
    let samples: [Int16] = [1, -1, 3, -3, 32_767, -32_768, 20_000, -20_000]
    for (gain, expected) in [
      (UInt16(2_048), [1, 0, 2, -1, 16_384, -16_384, 10_000, -10_000] as [Int16]),
      (4_096, samples), (0, [Int16](repeating: 0, count: 8)),
      (8_192, [2, -2, 6, -6, 32_767, -32_768, 32_767, -32_768]),
      (65_535, [8, -8, 24, -24, 32_767, -32_768, 32_767, -32_768]),
    ] {
      var given = samples
      unsafe given.withUnsafeMutableBufferPointer {
        unsafe isa.kernels.gain($0.baseAddress, $0.baseAddress, $0.count, gain)
      }
      #expect(given == expected, "gain \(gain)")
    }
  }

  @Test("floats: exact, to nearest even, saturated, NaN is 0", arguments: InstructionSet.available)
  func floatValues(_ isa: InstructionSet) {
    let step: Float = 1.0 / 32_768
    let cases: [(Float, Int16)] = [
      (0, 0), (-0.0, 0), (1, 32_767), (-1, -32_768), (32_767 * step, 32_767), (0.5 * step, 0),
      (1.5 * step, 2), (2.5 * step, 2), (-0.5 * step, 0), (-1.5 * step, -2), (-2.5 * step, -2),
      (32_766.5 * step, 32_766), (1e30, 32_767), (-1e30, -32_768), (.infinity, 32_767),
      (-.infinity, -32_768), (.nan, 0), (-.nan, 0), (.leastNonzeroMagnitude, 0), (0.25, 8_192),
    ]
    var given = [Int16](repeating: 99, count: cases.count)
    unsafe isa.kernels.int16_from_float32(&given, cases.map(\.0), cases.count)
    #expect(given == cases.map(\.1))

    let samples: [Int16] = [0, 1, -1, 32_767, -32_768, 12_345]
    var floats = [Float](repeating: 99, count: samples.count)
    unsafe isa.kernels.float32_from_int16(&floats, samples, samples.count)
    #expect(floats == samples.map { Float($0) / 32_768 })
  }

  @Test("floats take any count and any bits", arguments: InstructionSet.available)
  func floatCounts(_ isa: InstructionSet) {
    for count in Self.counts {
      let isSame =
        unsafe agrees(isa, reading: 2 * count, writing: 4 * count, seed: count) {
          kernels, dst, src in
          unsafe kernels.float32_from_int16(
            dst.assumingMemoryBound(to: Float.self), src.assumingMemoryBound(to: Int16.self), count)
        }
        && agrees(isa, reading: 4 * count, writing: 2 * count, seed: count) { kernels, dst, src in
          unsafe kernels.int16_from_float32(
            dst.assumingMemoryBound(to: Int16.self), src.assumingMemoryBound(to: Float.self), count)
        }
      #expect(isSame, "\(count) samples")
    }
  }

  @Test("bytes are little-endian") func bytesInOrder() {
    var samples: [Int16] = [0, 0]
    unsafe pcm_linear16_decode(&samples, [0x34, 0x12, 0x00, 0x80], 2)
    #expect(samples == [0x1234, -32_768])
    var bytes: [UInt8] = [0, 0, 0, 0]
    unsafe pcm_linear16_encode(&bytes, samples, 2)
    #expect(bytes == [0x34, 0x12, 0x00, 0x80])
  }
}
