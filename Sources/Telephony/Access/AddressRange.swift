#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

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

  /// Whether `ranges` together hold every address from which the public internet can come, of version
  /// 4 or of version 6: a list that lets everybody in. Who leaves out private and reserved addresses
  /// leaves out nobody.
  public static func holdEverybody(_ ranges: [AddressRange]) -> Bool {
    holdAll(of: AddressRange(bits: [0, 0, 0, 0], 0), ranges + unroutable)
      // RFC 4291 and IANA: what is routed of version 6.
      || holdAll(of: AddressRange(bits: [0x20] + [UInt8](repeating: 0, count: 15), 3), ranges)
  }

  /// Whether the public internet can reach the numeric address `peer`; false where it is no address.
  public static func isPublic(_ peer: String) -> Bool {
    guard let bytes = bytes(of: peer) else { return false }
    // RFC 4291 and IANA: what is routed of version 6.
    if bytes.count == 16 { return bytes[0] & 0xE0 == 0x20 }
    return !unroutable.contains { $0.contains(peer) }
  }

  /// Of version 4: what RFC 6890 keeps from the public internet, and multicast and above.
  private static let unroutable: [AddressRange] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "224.0.0.0/3",
  ].compactMap { AddressRange($0) }

  private init(bits address: [UInt8], _ prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
    description = ""
  }

  /// Halves `block` until a range holds the half, or none touches it: at most 128 halvings a range.
  private static func holdAll(of block: AddressRange, _ ranges: [AddressRange]) -> Bool {
    let touching = ranges.filter { range in
      let length = min(range.prefixLength, block.prefixLength)
      return range.address.count == block.address.count
        && masked(range.address, length) == masked(block.address, length)
    }
    if touching.contains(where: { $0.prefixLength <= block.prefixLength }) { return true }
    guard !touching.isEmpty else { return false }
    var upper = block.address
    upper[block.prefixLength / 8] |= 0x80 >> UInt8(block.prefixLength % 8)
    return [block.address, upper].allSatisfy {
      holdAll(of: AddressRange(bits: $0, block.prefixLength + 1), touching)
    }
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
