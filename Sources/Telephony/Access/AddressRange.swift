import Glibc

/// A range of IP addresses in CIDR notation, RFC 4632: `203.0.113.0/24`, `2001:db8::/32`, one address.
///
/// An IPv4 peer that a dual-stack socket shows as `::ffff:192.0.2.1` is in the ranges of `192.0.2.1`.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
  /// The range as it was written.
  public let description: String
  private let address: [UInt8]
  private let prefixLength: Int

  /// Reads a range, or returns nil where `text` is none: a name, a prefix that is too long, or bits set
  /// behind the prefix, which hint at a slip.
  public init?(_ text: String) {
    let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = halves.first, let address = Self.bytes(of: String(first)) else { return nil }
    var prefixLength = address.count * 8
    if halves.count > 1 {
      guard let length = Int(halves[1]), (0...prefixLength).contains(length) else { return nil }
      prefixLength = length
    }
    self.address = address
    self.prefixLength = prefixLength
    description = text
    guard Self.masked(address, prefixLength) == address else { return nil }
  }

  /// Whether the peer with the numeric address `peer` is in the range; false where it is no address.
  public func contains(_ peer: String) -> Bool {
    guard let bytes = Self.bytes(of: peer), bytes.count == address.count else { return false }
    return Self.masked(bytes, prefixLength) == address
  }

  /// The 4 or 16 bytes of a numeric address; an IPv4 address inside an IPv6 one is an IPv4 address.
  private static func bytes(of text: String) -> [UInt8]? {
    // A zone such as `%eth0` says on which link the address is, not which it is.
    let bare = String(text.prefix { $0 != "%" })
    var bytes = [UInt8](repeating: 0, count: 4)
    if unsafe inet_pton(AF_INET, bare, &bytes) == 1 { return bytes }
    bytes = [UInt8](repeating: 0, count: 16)
    guard unsafe inet_pton(AF_INET6, bare, &bytes) == 1 else { return nil }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isMapped ? Array(bytes[12...]) : bytes
  }

  private static func masked(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
    bytes.enumerated().map { index, byte in
      let bits = min(max(length - index * 8, 0), 8)
      return byte & UInt8(truncatingIfNeeded: 0xFF00 >> bits)
    }
  }
}
