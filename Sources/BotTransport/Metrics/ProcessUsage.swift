import Glibc

/// What this process holds, from `/proc`.
struct ProcessUsage {
  /// Resident memory in bytes.
  let memory: Int
  /// Open descriptors.
  let descriptors: Int

  /// How many descriptors the process may have open; nil where the system does not tell.
  static var descriptorLimit: UInt64? {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return nil
    }
    return UInt64(limit.rlim_cur)
  }

  /// Reads it; nil where there is no `/proc`.
  init?() {
    let file = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let words = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
    guard words.count > 1, let pages = Int(words[1]) else { return nil }
    memory = pages * Int(getpagesize())
    guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(folder) }
    var entries = 0
    while unsafe readdir(folder) != nil { entries += 1 }
    // `.`, `..` and the folder itself.
    descriptors = max(entries - 3, 0)
  }
}
