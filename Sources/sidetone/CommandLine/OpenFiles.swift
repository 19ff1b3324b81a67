import Glibc

/// How many sockets and files the process may have open.
enum OpenFiles {
  /// What a server asks for at most, more than its calls will ever be: containers have hard limits of a
  /// thousand million, and each loop reserves memory for as many as are allowed.
  static let mostOfServer = 131_072

  /// Raises the soft limit to `count`, as far as the hard one allows; most shells start with 1,024.
  static func raise(to count: Int) {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    let wanted = min(rlim_t(clamping: count), limit.rlim_max)
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = wanted
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
