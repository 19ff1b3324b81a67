/// FNV-1a over eight bytes at a time: two runs are compared, nobody attacks.
package enum WireHash {
  /// Of nothing.
  package static let start: UInt64 = 0xCBF2_9CE4_8422_2325

  private static let prime: UInt64 = 0x100_0000_01B3

  package static func mix(_ bytes: RawSpan, at now: MonotonicTime, into hash: UInt64) -> UInt64 {
    var hash = (hash ^ UInt64(bitPattern: now.nanoseconds)) &* prime
    var offset = 0
    while offset + 8 <= bytes.byteCount {
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      hash = (hash ^ word) &* prime
      hash ^= hash >> 29
      offset += 8
    }
    while offset < bytes.byteCount {
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
      hash = (hash ^ UInt64(byte)) &* prime
      offset += 1
    }
    return hash
  }
}
