import CPCMKernels

/// One instruction set's C functions, and the name they go by.
@safe struct KernelTable {
  let name: String
  let functions: pcm_kernels

  /// All that this CPU has, the widest first.
  static var available: [KernelTable] {
    (0..<PCM_ISA_COUNT).reversed().compactMap { isa in
      unsafe pcm_kernels_for(pcm_isa(rawValue: UInt32(isa))).map { table in
        unsafe KernelTable(name: String(cString: table.pointee.name), functions: table.pointee)
      }
    }
  }
}
