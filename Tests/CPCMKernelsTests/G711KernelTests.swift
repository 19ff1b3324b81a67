import CPCMKernels
import Testing

@Suite struct G711KernelTests {
  /// Hashes of what CPython 3.11's audioop gives: lin2ulaw and lin2alaw for -32,768 to 32,767,
  /// ulaw2lin and alaw2lin for 0 to 255, little-endian.
  @Test("agrees with audioop on every input", arguments: InstructionSet.available)
  func audioop(_ isa: InstructionSet) {
    let kernels = unsafe isa.kernels
    let everySample = (Int(Int16.min)...Int(Int16.max)).map { Int16($0) }
    var codes = [UInt8](repeating: 0, count: 65_536)
    unsafe kernels.mulaw_encode(&codes, everySample, codes.count)
    #expect(hash(codes) == 0xD5EE_23F7_D0FF_AE91)
    unsafe kernels.alaw_encode(&codes, everySample, codes.count)
    #expect(hash(codes) == 0xF030_666E_B780_CF25)
    let everyByte = Array(UInt8.min...UInt8.max)
    var samples = [Int16](repeating: 0, count: 256)
    unsafe kernels.mulaw_decode(&samples, everyByte, samples.count)
    #expect(hash(bytes(samples)) == 0xB91E_65D6_8481_A1A8)
    unsafe kernels.alaw_decode(&samples, everyByte, samples.count)
    #expect(hash(bytes(samples)) == 0x693A_40CA_62A3_D2A5)
  }

  @Test("takes any count and touches nothing else", arguments: InstructionSet.available)
  func counts(_ isa: InstructionSet) {
    for count in Array(0...140) + [159, 160, 161, 800] {
      let isEncoded =
        unsafe agrees(isa, reading: 2 * count, writing: count, seed: count) { kernels, dst, src in
          unsafe kernels.mulaw_encode(
            dst.assumingMemoryBound(to: UInt8.self), src.assumingMemoryBound(to: Int16.self), count)
        }
        && agrees(isa, reading: 2 * count, writing: count, seed: count) { kernels, dst, src in
          unsafe kernels.alaw_encode(
            dst.assumingMemoryBound(to: UInt8.self), src.assumingMemoryBound(to: Int16.self), count)
        }
      #expect(isEncoded, "\(count) samples")
      let isDecoded =
        unsafe agrees(isa, reading: count, writing: 2 * count, seed: count) { kernels, dst, src in
          unsafe kernels.mulaw_decode(
            dst.assumingMemoryBound(to: Int16.self), src.assumingMemoryBound(to: UInt8.self), count)
        }
        && agrees(isa, reading: count, writing: 2 * count, seed: count) { kernels, dst, src in
          unsafe kernels.alaw_decode(
            dst.assumingMemoryBound(to: Int16.self), src.assumingMemoryBound(to: UInt8.self), count)
        }
      #expect(isDecoded, "\(count) codes")
    }
  }
}
