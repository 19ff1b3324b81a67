import CLibWebSockets
import Glibc
import Ground

/// What a process is given by whoever started it: sockets that listen already, and someone to tell when it
/// is ready. systemd gives both (sd_listen_fds(3), sd_notify(3)), a predecessor of the same program too.
public enum Inheritance {
  /// Said by a predecessor: so many descriptors from 3 on, and one behind them to say "ready" to.
  static let variable = "SIDETONE_HANDOVER"
  private static let first: Int32 = 3
  /// More are nobody's.
  private static let most: Int32 = 256

  /// The sockets, none where the process has to listen by itself; for whom to tell see ``ready()``. Reads
  /// the environment and takes what it says out of it, so call it once, before there are other threads.
  ///
  /// - Throws: ``ListenError/notListening(descriptor:)``.
  public static func takeSockets() throws(ListenError) -> [ListeningSocket] {
    let environment = [variable, "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
    let handed = number(variable)
    let isOurs = number("LISTEN_PID") == getpid()
    let listening = isOurs ? number("LISTEN_FDS") : nil
    for name in environment { _ = unsafe unsetenv(name) }
    if let handed, (1...most).contains(handed) {
      let ready = first + handed
      _ = fcntl(ready, F_SETFD, FD_CLOEXEC)
      predecessor.withLock { $0 = ready }
    }
    guard let count = handed ?? listening, (1...most).contains(count) else { return [] }
    return try (first..<first + count).map { descriptor throws(ListenError) in
      try ListeningSocket(inherited: descriptor)
    }
  }

  /// Whether a predecessor waits for this process to be ready.
  public static var hasPredecessor: Bool { predecessor.withLock { $0 != nil } }

  /// Tells whoever started the process that calls may come.
  public static func ready() {
    let descriptor = predecessor.withLock { descriptor in
      defer { descriptor = nil }
      return descriptor
    }
    guard let descriptor else {
      notify("READY=1")
      return
    }
    var byte: UInt8 = 1
    _ = unsafe write(descriptor, &byte, 1)
    close(descriptor)
  }

  /// Tells the service manager, if there is one, as sd_notify(3) does: `STOPPING=1`, `MAINPID=4711`.
  public static func notify(_ state: String) {
    guard let path = unsafe getenv("NOTIFY_SOCKET") else { return }
    var bytes = unsafe Array(String(cString: path).utf8)
    // An abstract name begins with a zero.
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    var address = sockaddr_un()
    guard (1..<MemoryLayout.size(ofValue: address.sun_path)).contains(bytes.count) else { return }
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let offset = MemoryLayout.size(ofValue: address) - MemoryLayout.size(ofValue: address.sun_path)
    let length = socklen_t(offset + bytes.count)
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let message = Array(state.utf8)
    // Nobody listening is nothing that a server could mend.
    _ = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe sendto(descriptor, message, message.count, 0, $0, length)
      }
    }
  }

  private static let predecessor = Locked<Int32?>(nil)

  private static func number(_ name: String) -> Int32? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe Int32(String(cString: text))
  }
}
