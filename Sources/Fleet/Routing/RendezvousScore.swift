import Glibc

/// How much a key wants a node: of all nodes, the one with the highest score is the key's.
enum RendezvousScore {
  /// A positive score; over all keys each node wins in proportion to its weight, which is 1 or more.
  static func of(_ key: String, _ node: String, weight: Int) -> Double {
    // FNV-1a over both, then SplitMix64's last step: neighbouring names must not give neighbouring numbers.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ 0xFF) &* 0x100_0000_01B3
    for byte in node.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    hash ^= hash >> 31
    let uniform = (Double(hash >> 11) + 0.5) / 0x1p53
    return Double(weight) / -log(uniform)
  }
}
