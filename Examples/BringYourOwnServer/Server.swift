import AudioEngine
import Glibc

/// What the system said no to.
struct SocketError: Error, CustomStringConvertible {
  let call: StaticString
  let code = errno

  var description: String { unsafe "\(call): \(String(cString: strerror(code)))" }
}

/// The loop: waits for sockets and for the earliest deadline of all calls.
final class Server {
  /// Connections at once; beyond them nobody is let in.
  private static let mostConnections = 512

  let port: UInt16
  private let listener: Int32
  private var connections: [Int32: Connection] = [:]

  init(port: UInt16) throws(SocketError) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard listener >= 0 else { throw SocketError(call: "socket") }
    var yes: Int32 = 1
    unsafe setsockopt(
      listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(listener, address, size) == 0 && listen(listener, 128) == 0
          && getsockname(listener, address, &size) == 0
      }
    }
    guard isListening else { throw SocketError(call: "listen") }
    self.port = UInt16(bigEndian: address.sin_port)
  }

  func run() throws(SocketError) {
    while true {
      var watched = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
      for (descriptor, connection) in connections {
        let events = connection.wantsToWrite ? POLLIN | POLLOUT : POLLIN
        watched.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
      }
      let ready = unsafe poll(&watched, nfds_t(watched.count), timeout(at: .now))
      guard ready >= 0 || errno == EINTR else { throw SocketError(call: "poll") }
      let now = MonotonicTime.now
      for socket in watched where socket.revents != 0 {
        if socket.fd == listener {
          acceptAll(at: now)
        } else {
          connections[socket.fd]?.readAll(at: now)
        }
      }
      for (descriptor, connection) in connections {
        connection.pump(at: now)
        guard connection.isOver(at: now) else { continue }
        connections[descriptor] = nil
        close(descriptor)
      }
    }
  }

  /// Milliseconds to the earliest deadline, rounded up; -1 where there is none.
  private func timeout(at now: MonotonicTime) -> Int32 {
    guard let next = connections.values.compactMap({ $0.nextDeadline(at: now) }).min() else {
      return -1
    }
    let wait = max(next.nanoseconds - now.nanoseconds, 0)
    return Int32(min((wait + 999_999) / 1_000_000, 60_000))
  }

  private func acceptAll(at now: MonotonicTime) {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      guard connections.count < Self.mostConnections else {
        close(descriptor)
        continue
      }
      var yes: Int32 = 1
      unsafe setsockopt(
        descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
      connections[descriptor] = Connection(descriptor: descriptor, at: now)
    }
  }
}
