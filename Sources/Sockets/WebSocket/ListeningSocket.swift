import CLibWebSockets
import Glibc
import Ground

/// A TCP socket that listens, bound here or taken over from another process.
///
/// As many loops as wish may take its connections: each waits on it, and whoever is free takes the next.
/// It listens until its last owner lets go, in whichever process.
public final class ListeningSocket: Sendable {
  private static let backlog: Int32 = 4_096

  /// The descriptor, which belongs to this object.
  public let descriptor: Int32
  /// The port it listens on.
  public let port: Int
  /// Another process has it too, or may be given it: nothing may be done to what both share.
  private let isShared: Locked<Bool>

  private init(owning descriptor: Int32, isShared: Bool) {
    self.descriptor = descriptor
    self.isShared = Locked(isShared)
    port = SocketAddress(localOf: descriptor)?.port ?? 0
  }

  deinit { close(descriptor) }

  /// Listens.
  ///
  /// - Parameters:
  ///   - host: an address of this machine, or a name of one; `0.0.0.0` or `::` for all.
  ///   - port: 0 for any that is free.
  ///   - sharesPort: others may listen there as well; the system spreads connections.
  /// - Throws: ``ListenError``.
  public convenience init(
    host: String, port: Int, sharesPort: Bool = false
  ) throws(ListenError) {
    let bound = try Self.bound(host: host, port: port, sharesPort: sharesPort)
    self.init(owning: bound, isShared: false)
  }

  /// Takes over a descriptor that listens already, as a service manager or a predecessor gives it.
  ///
  /// - Throws: ``ListenError/notListening(descriptor:)`` where it does not, or not over the Internet
  ///   protocols; then it is left alone.
  public convenience init(inherited descriptor: Int32) throws(ListenError) {
    var isListening: Int32 = 0
    var byteCount = socklen_t(MemoryLayout<Int32>.size)
    let result = unsafe getsockopt(
      descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &byteCount)
    let family = SocketAddress(localOf: descriptor)?.family
    guard result == 0, isListening == 1, family == AF_INET || family == AF_INET6 else {
      throw .notListening(descriptor: descriptor)
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    // Several loops may be told of a connection that one of them takes: the others must not wait.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    self.init(owning: descriptor, isShared: true)
  }

  /// Makes sure that nobody listens on the port, although it is about to be shared.
  package static func requireUnused(host: String, port: Int) throws(ListenError) {
    _ = try ListeningSocket(host: host, port: port)
  }

  /// The address it is bound to, `127.0.0.1:5001` or `[::1]:5001`.
  public var address: String { SocketAddress(localOf: descriptor)?.description ?? "" }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool { SocketAddress(localOf: descriptor)?.isLoopback ?? false }

  /// Says that another process has it from now on.
  func share() { isShared.withLock { $0 = true } }

  /// Refuses connections from now on, unless another process has it too.
  func refuse() {
    if isShared.withLock({ !$0 }) { shutdown(descriptor, Int32(SHUT_RD)) }
  }

  private static func bound(
    host: String, port: Int, sharesPort: Bool
  ) throws(ListenError) -> Int32 {
    guard (0...65_535).contains(port), let address = SocketAddress(host: host, port: port) else {
      throw .badAddress(host: host, port: port)
    }
    let descriptor = socket(
      address.family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    func fail() -> ListenError {
      let code = errno
      if descriptor >= 0 { close(descriptor) }
      return switch code {
      case EADDRINUSE: .portInUse(host: host, port: port)
      case EACCES: .notPermitted(host: host, port: port)
      case EADDRNOTAVAIL: .badAddress(host: host, port: port)
      default: .system(host: host, port: port, code: code)
      }
    }
    guard descriptor >= 0 else { throw fail() }
    setOption(descriptor, SOL_SOCKET, SO_REUSEADDR)
    if sharesPort { setOption(descriptor, SOL_SOCKET, SO_REUSEPORT) }
    guard address.bind(descriptor) == 0, listen(descriptor, backlog) == 0 else { throw fail() }
    return descriptor
  }
}
