internal import CPCMKernels

/// One instruction set's kernels, as a value: chosen for this CPU, or named to compare and to test.
///
/// All of them give the same bits; they differ in speed alone.
@safe public struct Kernels: Sendable, CustomStringConvertible {
  /// The table of C functions: constants that live as long as the program.
  nonisolated(unsafe) let table: UnsafePointer<pcm_kernels>

  /// The widest instruction set this CPU has.
  public static let best = unsafe Kernels(table: pcm_kernels_best())

  /// Every instruction set this CPU has, scalar first and the widest last.
  public static let available: [Kernels] = (0..<PCM_ISA_COUNT).compactMap { isa in
    unsafe pcm_kernels_for(pcm_isa(rawValue: UInt32(isa))).map { unsafe Kernels(table: $0) }
  }

  /// `scalar`, `sse4.1`, `avx2`, `avx512` or `neon`.
  public var name: String { unsafe String(cString: table.pointee.name) }

  /// The same as ``name``.
  public var description: String { name }

  private init(table: UnsafePointer<pcm_kernels>) {
    unsafe self.table = table
  }
}
