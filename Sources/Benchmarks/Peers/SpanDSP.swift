import CPeers

/// spandsp's block functions for one of the two laws.
@safe final class SpanDSP {
  private let state: OpaquePointer?

  init(law: some BinaryInteger) {
    unsafe state = g711_init(nil, Int32(law))
  }

  deinit { unsafe g711_free(state) }

  func encode(
    _ samples: UnsafePointer<Int16>?, count: Int, into codes: UnsafeMutablePointer<UInt8>?
  ) {
    unsafe _ = g711_encode(state, codes, samples, Int32(count))
  }

  func decode(
    _ codes: UnsafePointer<UInt8>?, count: Int, into samples: UnsafeMutablePointer<Int16>?
  ) {
    unsafe _ = g711_decode(state, samples, codes, Int32(count))
  }
}
