import Glibc

/// How many sockets and files the process may have open.
enum OpenFiles {
  /// What a server asks for at most, however many calls it is told to take.
  static let mostOfServer = 131_072
  /// A call's socket, its recording, its trace, and its bot's socket behind a proxy.
  private static let ofCall = 4
  /// What is open beside calls: requests, callbacks, logs, stores, event loops.
  private static let besideCalls = 2_048
  /// More than a loop carries, where nobody has said how many it may.
  private static let mostCallsOfLoop = 4_000

  /// What a server needs, and no more: for each connection that it accepts libwebsockets looks through a
  /// table with a place for every descriptor that may be open, and each loop has such a table.
  static func ofServer(calls: Int?, loops: Int) -> Int {
    let calls = min(calls ?? mostCallsOfLoop * loops, mostOfServer)
    return min(ofCall * calls + besideCalls, mostOfServer)
  }

  /// Has the soft limit be `count`, or as much of it as the hard one allows.
  static func allow(_ count: Int) { setLimit { _ in count } }

  /// Raises the soft limit to `count`, as far as the hard one allows; most shells start with 1,024.
  static func raise(to count: Int) { setLimit { max($0, count) } }

  private static func setLimit(_ wanted: (_ soft: Int) -> Int) {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(
      rlim_t(clamping: wanted(Int(clamping: limit.rlim_cur))), limit.rlim_max)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
