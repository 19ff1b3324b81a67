import CPCMKernels
import Testing

@Suite struct DispatchTests {
  @Test("the best table is the last of those listed") func best() throws {
    let names = InstructionSet.available.map(\.description)
    #expect(names.first == "scalar")
    #expect(Set(names).count == names.count)
    let best = unsafe String(cString: pcm_kernels_best().pointee.name)
    #expect(best == names.last)
  }

  @Test("an unknown instruction set is none") func unknown() {
    let isMissing = unsafe pcm_kernels_for(pcm_isa(rawValue: 99)) == nil
    #expect(isMissing)
  }
}

/// One table of kernels that this CPU can run, as a test's argument.
struct InstructionSet: Sendable, CustomStringConvertible {
  let number: UInt32

  /// Scalar first, the widest last.
  static let available = (0..<UInt32(PCM_ISA_COUNT)).map(InstructionSet.init).filter {
    unsafe pcm_kernels_for(pcm_isa(rawValue: $0.number)) != nil
  }

  /// The table's functions.
  var kernels: pcm_kernels { unsafe pcm_kernels_for(pcm_isa(rawValue: number)).pointee }

  var description: String { unsafe String(cString: kernels.name) }
}
