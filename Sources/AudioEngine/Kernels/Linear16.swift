internal import CPCMKernels

/// 16-bit linear PCM: little-endian bytes, native samples, floats.
///
/// Nothing here allocates or locks. A destination that is too small traps.
public enum Linear16 {
  /// Reads little-endian bytes as samples.
  ///
  /// - Parameters:
  ///   - bytes: two a sample; a last odd byte is left alone.
  ///   - samples: room for `bytes.byteCount / 2` samples, written from its start.
  public static func decode(_ bytes: RawSpan, into samples: inout MutableSpan<Int16>) {
    let count = bytes.byteCount / 2
    precondition(samples.count >= count, "linear16 needs room for a sample for every two bytes")
    unsafe bytes.withUnsafeBytes { source in
      unsafe samples.withUnsafeMutableBufferPointer { destination in
        unsafe pcm_linear16_decode(
          destination.baseAddress, source.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
      }
    }
  }

  /// Writes samples as little-endian bytes.
  ///
  /// - Parameters:
  ///   - samples: native samples.
  ///   - bytes: room for two bytes a sample, written from its start.
  public static func encode(_ samples: Span<Int16>, into bytes: inout MutableRawSpan) {
    precondition(
      bytes.byteCount / 2 >= samples.count, "linear16 needs room for two bytes a sample")
    unsafe samples.withUnsafeBufferPointer { source in
      unsafe bytes.withUnsafeMutableBytes { destination in
        unsafe pcm_linear16_encode(
          destination.baseAddress?.assumingMemoryBound(to: UInt8.self), source.baseAddress,
          source.count)
      }
    }
  }

  /// Converts samples to floats from -1 to 1, exactly: `x / 32768`.
  ///
  /// - Parameters:
  ///   - samples: native samples.
  ///   - floats: room for as many, written from its start.
  ///   - kernels: the instruction set to run on.
  public static func floats(
    from samples: Span<Int16>, into floats: inout MutableSpan<Float>, using kernels: Kernels = .best
  ) {
    precondition(floats.count >= samples.count, "floats need room for every sample")
    unsafe samples.withUnsafeBufferPointer { source in
      unsafe floats.withUnsafeMutableBufferPointer { destination in
        unsafe kernels.table.pointee.float32_from_int16(
          destination.baseAddress, source.baseAddress, source.count)
      }
    }
  }

  /// Converts floats to samples: `x * 32768` to nearest, ties to even, saturated; NaN becomes 0.
  ///
  /// - Parameters:
  ///   - floats: full scale is -1 to 1; any value is allowed.
  ///   - samples: room for as many, written from its start.
  ///   - kernels: the instruction set to run on.
  public static func samples(
    from floats: Span<Float>, into samples: inout MutableSpan<Int16>, using kernels: Kernels = .best
  ) {
    precondition(samples.count >= floats.count, "samples need room for every float")
    unsafe floats.withUnsafeBufferPointer { source in
      unsafe samples.withUnsafeMutableBufferPointer { destination in
        unsafe kernels.table.pointee.int16_from_float32(
          destination.baseAddress, source.baseAddress, source.count)
      }
    }
  }
}
