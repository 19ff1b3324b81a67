import CLibWebSockets
import Glibc

/// An Internet address with a port.
package struct SocketAddress: CustomStringConvertible {
  private var storage: sockaddr_storage

  init(_ storage: sockaddr_storage) { self.storage = storage }

  /// Looks `host` up, for listening; the first address counts. May ask the network for a name.
  package init?(host: String, port: Int) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0, let first = unsafe list else {
      return nil
    }
    defer { unsafe freeaddrinfo(first) }
    storage = sockaddr_storage()
    let byteCount = unsafe Int(first.pointee.ai_addrlen)
    guard byteCount <= MemoryLayout<sockaddr_storage>.size,
      let address = unsafe first.pointee.ai_addr
    else { return nil }
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: byteCount))
    }
  }

  /// Reads an address of either family, without asking anybody; nil for names.
  package init?(literal host: String) {
    storage = sockaddr_storage()
    let isRead = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      guard let start = bytes.baseAddress else { return false }
      let hasColon = host.contains(":")
      // The address lies behind the family and port, in version 6 behind the flow as well.
      return unsafe inet_pton(hasColon ? AF_INET6 : AF_INET, host, start + (hasColon ? 8 : 4)) == 1
    }
    guard isRead else { return nil }
    storage.ss_family = sa_family_t(host.contains(":") ? AF_INET6 : AF_INET)
  }

  /// Reads an address with a port; nil for names.
  init?(literal host: String, port: Int) {
    self.init(literal: host)
    set(port: port)
  }

  /// Asks for the addresses of a host, in the order in which to try them. Blocks.
  static func lookUp(host: String, port: Int) -> Result<[SocketAddress], ConnectFailure> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else {
      return .failure(.unreachable(reason: unsafe String(cString: gai_strerror(code))))
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    // Bounded: who has more is reached by one of the first, or by none.
    while let entry = unsafe next, addresses.count < 8 {
      if let address = unsafe entry.pointee.ai_addr {
        addresses.append(
          unsafe SocketAddress(address, Int(entry.pointee.ai_addrlen), port: port))
      }
      unsafe next = unsafe entry.pointee.ai_next
    }
    return .success(addresses)
  }

  private init(_ address: UnsafePointer<sockaddr>, _ byteCount: Int, port: Int) {
    storage = sockaddr_storage()
    let count = min(byteCount, MemoryLayout<sockaddr_storage>.size)
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: count))
    }
    set(port: port)
  }

  private mutating func set(port: Int) {
    unsafe withUnsafeMutableBytes(of: &storage) {
      // Both families have the port in the same place.
      unsafe $0.storeBytes(
        of: UInt16(truncatingIfNeeded: port).bigEndian, toByteOffset: 2, as: UInt16.self)
    }
  }

  /// The address a socket is bound to.
  init?(localOf descriptor: Int32) {
    storage = sockaddr_storage()
    var byteCount = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { storage in
      unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &byteCount)
      }
    }
    guard result == 0 else { return nil }
  }

  var family: Int32 { Int32(storage.ss_family) }

  /// Binds a socket to the address; as bind(2).
  func bind(_ descriptor: Int32) -> Int32 {
    var copy = storage
    return unsafe withUnsafeMutablePointer(to: &copy) { storage in
      unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.bind(descriptor, $0, byteCount)
      }
    }
  }

  /// Connects a socket to the address; as connect(2).
  func connect(_ descriptor: Int32) -> Int32 {
    var copy = storage
    return unsafe withUnsafeMutablePointer(to: &copy) { storage in
      unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(descriptor, $0, byteCount)
      }
    }
  }

  package var port: Int {
    var copy = storage
    return unsafe withUnsafeMutableBytes(of: &copy) {
      // Both families have the port in the same place.
      Int(UInt16(bigEndian: unsafe $0.load(fromByteOffset: 2, as: UInt16.self)))
    }
  }

  /// Whether only this machine can reach it: 127.0.0.0/8 (RFC 1122, 3.2.1.3) or `::1`.
  package var isLoopback: Bool {
    let text = description
    return text.hasPrefix("127.") || text.hasPrefix("[::1]") || text.hasPrefix("[::ffff:127.")
  }

  /// What tells one holder of addresses from another: the address, of version 6 the first 64 bits, which
  /// one host has all for itself.
  package var network: UInt64 {
    var copy = storage
    return unsafe withUnsafeMutableBytes(of: &copy) { bytes in
      guard family == AF_INET6 else {
        return UInt64(unsafe bytes.load(fromByteOffset: 4, as: UInt32.self))
      }
      let high = unsafe bytes.load(fromByteOffset: 8, as: UInt64.self)
      let low = unsafe bytes.load(fromByteOffset: 16, as: UInt64.self)
      // `::ffff:1.2.3.4` is version 4 in another dress, and `::1` one host.
      return high == 0 ? UInt64(bigEndian: low) & 0xFFFF_FFFF : high
    }
  }

  /// `127.0.0.1:5001` or `[::1]:5001`.
  package var description: String {
    var copy = storage
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let isVersion6 = family == AF_INET6
    unsafe withUnsafeMutableBytes(of: &copy) { bytes in
      guard let start = bytes.baseAddress else { return }
      _ = unsafe inet_ntop(family, start + (isVersion6 ? 8 : 4), &text, socklen_t(text.count))
    }
    let host = String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return isVersion6 ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  private var byteCount: socklen_t {
    socklen_t(
      family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
  }
}
