internal import CPCMKernels

/// How loud a block of samples is.
public struct Level: Sendable, Hashable {
  /// The sum of all samples squared, exactly.
  public let sumOfSquares: UInt64
  /// The largest magnitude: 0 to 32,768.
  public let peak: Int

  /// Measures a block; both values are 0 for an empty one.
  ///
  /// - Parameters:
  ///   - samples: native samples, fewer than 2^34.
  ///   - kernels: the instruction set to run on.
  /// - Complexity: O(`samples.count`). No allocation, no lock.
  public init(of samples: Span<Int16>, using kernels: Kernels = .best) {
    let level = unsafe samples.withUnsafeBufferPointer {
      unsafe kernels.table.pointee.level($0.baseAddress, $0.count)
    }
    sumOfSquares = level.sum_of_squares
    peak = Int(level.peak)
  }
}
