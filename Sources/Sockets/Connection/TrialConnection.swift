import AudioEngine
import CLibWebSockets
import Glibc

/// One TCP connection of a thread that may block, for those who examine a server step by step. Calls
/// have ``WebSocketConnector``.
///
/// One thread at a time. Closed with the value.
package final class TrialConnection {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// The addresses of a host, eight at the most, in the order in which to try them. Blocks.
  ///
  /// - Throws: ``ConnectFailure/unreachable(reason:)``.
  package static func addresses(
    of host: String, port: Int
  ) throws(ConnectFailure) -> [SocketAddress] {
    if let address = SocketAddress(literal: host, port: port) { return [address] }
    var seen: Set<String> = []
    return try SocketAddress.lookUp(host: host, port: port).get()
      .filter { seen.insert($0.description).inserted }
  }

  /// Connects; blocks until it has, at most for `limit`.
  ///
  /// - Throws: ``ConnectFailure``.
  package static func open(
    _ address: SocketAddress, within limit: Duration
  ) throws(ConnectFailure) -> TrialConnection {
    let descriptor = socket(
      address.family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    guard descriptor >= 0 else { throw .unreachable(reason: systemMessage(errno)) }
    let connection = TrialConnection(descriptor)
    guard address.connect(descriptor) != 0 else { return connection }
    guard errno == EINPROGRESS else { throw .unreachable(reason: systemMessage(errno)) }
    guard connection.wait(for: POLLOUT, until: EventLoop.now + limit) else { throw .timedOut }
    var code: Int32 = 0
    var byteCount = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &byteCount)
    guard code == 0 else { throw .unreachable(reason: systemMessage(code)) }
    return connection
  }

  /// Waits until the connection can be written to or read from; false when the time is over.
  func wait(for events: Int32, until deadline: MonotonicTime) -> Bool {
    while true {
      let left = (deadline - EventLoop.now).wholeNanoseconds
      guard left > 0 else { return false }
      var request = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
      let milliseconds = Int32(clamping: (left + 999_999) / 1_000_000)
      let count = unsafe poll(&request, 1, milliseconds)
      if count > 0 { return true }
      guard count == 0 || errno == EINTR else { return false }
    }
  }

  /// Shakes hands on the connection.
  func shakeHands(
    _ session: OpaquePointer, until deadline: MonotonicTime
  ) throws(ConnectFailure) {
    guard unsafe SSL_set_fd(session, descriptor) == 1 else { throw .tls(reason: "no memory") }
    while true {
      ERR_clear_error()
      let result = unsafe SSL_connect(session)
      if result == 1 { return }
      let wanted: Int32
      switch unsafe SSL_get_error(session, result) {
      case SSL_ERROR_WANT_READ: wanted = POLLIN
      case SSL_ERROR_WANT_WRITE: wanted = POLLOUT
      case SSL_ERROR_SSL:
        let reason = TLSContext.reason()
        throw .tls(reason: unsafe TLSProgress.problem(session) ?? reason)
      default:
        throw .tls(reason: "the connection ended in the handshake")
      }
      guard wait(for: wanted, until: deadline) else { throw .timedOut }
    }
  }

  /// Sends all bytes, inside of TLS where there is a session.
  func send(
    _ bytes: [UInt8], _ session: OpaquePointer?, until deadline: MonotonicTime
  ) throws(ConnectFailure) {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes[sent...].withUnsafeBytes { bytes in
        guard let session = unsafe session else {
          return unsafe Glibc.send(
            descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        ERR_clear_error()
        return unsafe Int(SSL_write(session, bytes.baseAddress, Int32(clamping: bytes.count)))
      }
      if count > 0 {
        sent += count
      } else {
        unsafe try waitAgain(session, count, POLLOUT, until: deadline)
      }
    }
  }

  /// Takes what comes, at most 16 KiB; empty at the end.
  func receive(
    _ session: OpaquePointer?, until deadline: MonotonicTime
  ) throws(ConnectFailure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count: Int
      if let session = unsafe session {
        ERR_clear_error()
        unsafe count = Int(SSL_read(session, &bytes, Int32(bytes.count)))
        let error = unsafe SSL_get_error(session, Int32(clamping: count))
        if count <= 0, error == SSL_ERROR_ZERO_RETURN { return [] }
      } else {
        unsafe count = recv(descriptor, &bytes, bytes.count, 0)
        if count == 0 { return [] }
      }
      if count > 0 { return Array(bytes.prefix(count)) }
      unsafe try waitAgain(session, count, POLLIN, until: deadline)
    }
  }

  private func waitAgain(
    _ session: OpaquePointer?, _ result: Int, _ usual: Int32, until deadline: MonotonicTime
  ) throws(ConnectFailure) {
    var wanted = usual
    if let session = unsafe session {
      switch unsafe SSL_get_error(session, Int32(clamping: result)) {
      case SSL_ERROR_WANT_READ: wanted = POLLIN
      case SSL_ERROR_WANT_WRITE: wanted = POLLOUT
      default: throw .unreachable(reason: "the connection broke")
      }
    } else if errno != EAGAIN, errno != EINTR {
      throw .unreachable(reason: systemMessage(errno))
    }
    guard wait(for: wanted, until: deadline) else { throw .timedOut }
  }
}
