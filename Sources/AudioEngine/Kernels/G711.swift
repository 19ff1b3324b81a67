internal import CPCMKernels

/// ITU-T G.711: mu-law and A-law, one byte a sample.
///
/// Encoding agrees bit for bit with CPython's `audioop` on every input. G.711 leaves one rounding
/// open, that of a 16-bit sample to 14 bits: `audioop` (after Sun's g711.c) rounds towards minus
/// infinity before it takes the magnitude. For mu-law, ITU-T G.191's tool differs from that on 508
/// of the 65,536 inputs and spandsp on 381, each by one code at the lower end of a negative step.
/// Decoding is the same everywhere.
///
/// Nothing here allocates or locks. A destination with less room than the source has samples traps.
public enum G711 {
  /// Compresses samples to mu-law.
  ///
  /// - Parameters:
  ///   - samples: native 16-bit samples.
  ///   - bytes: room for a byte a sample, written from its start.
  ///   - kernels: the instruction set to run on.
  public static func mulawEncode(
    _ samples: Span<Int16>, into bytes: inout MutableRawSpan, using kernels: Kernels = .best
  ) {
    precondition(bytes.byteCount >= samples.count, "mu-law needs room for a byte a sample")
    unsafe samples.withUnsafeBufferPointer { source in
      unsafe bytes.withUnsafeMutableBytes { destination in
        unsafe kernels.table.pointee.mulaw_encode(
          destination.baseAddress?.assumingMemoryBound(to: UInt8.self), source.baseAddress,
          source.count)
      }
    }
  }

  /// Expands mu-law to samples, of magnitude at most 32,124.
  ///
  /// - Parameters:
  ///   - bytes: a byte a sample; every byte is valid.
  ///   - samples: room for a sample a byte, written from its start.
  ///   - kernels: the instruction set to run on.
  public static func mulawDecode(
    _ bytes: RawSpan, into samples: inout MutableSpan<Int16>, using kernels: Kernels = .best
  ) {
    precondition(samples.count >= bytes.byteCount, "mu-law needs room for a sample a byte")
    unsafe bytes.withUnsafeBytes { source in
      unsafe samples.withUnsafeMutableBufferPointer { destination in
        unsafe kernels.table.pointee.mulaw_decode(
          destination.baseAddress, source.baseAddress?.assumingMemoryBound(to: UInt8.self),
          source.count)
      }
    }
  }

  /// Compresses samples to A-law.
  ///
  /// - Parameters:
  ///   - samples: native 16-bit samples.
  ///   - bytes: room for a byte a sample, written from its start.
  ///   - kernels: the instruction set to run on.
  public static func alawEncode(
    _ samples: Span<Int16>, into bytes: inout MutableRawSpan, using kernels: Kernels = .best
  ) {
    precondition(bytes.byteCount >= samples.count, "A-law needs room for a byte a sample")
    unsafe samples.withUnsafeBufferPointer { source in
      unsafe bytes.withUnsafeMutableBytes { destination in
        unsafe kernels.table.pointee.alaw_encode(
          destination.baseAddress?.assumingMemoryBound(to: UInt8.self), source.baseAddress,
          source.count)
      }
    }
  }

  /// Expands A-law to samples, of magnitude at most 32,256.
  ///
  /// - Parameters:
  ///   - bytes: a byte a sample; every byte is valid.
  ///   - samples: room for a sample a byte, written from its start.
  ///   - kernels: the instruction set to run on.
  public static func alawDecode(
    _ bytes: RawSpan, into samples: inout MutableSpan<Int16>, using kernels: Kernels = .best
  ) {
    precondition(samples.count >= bytes.byteCount, "A-law needs room for a sample a byte")
    unsafe bytes.withUnsafeBytes { source in
      unsafe samples.withUnsafeMutableBufferPointer { destination in
        unsafe kernels.table.pointee.alaw_decode(
          destination.baseAddress, source.baseAddress?.assumingMemoryBound(to: UInt8.self),
          source.count)
      }
    }
  }
}
