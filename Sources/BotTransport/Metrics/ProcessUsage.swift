import CMalloc
import Glibc

/// What this process holds, from `/proc` and from the allocator.
struct ProcessUsage {
  /// Resident memory in bytes. It follows the shape of the heap: free pieces between used ones stay.
  let memory: Int
  /// Bytes of the heap in use, all arenas and mapped blocks, with what threads keep for their next
  /// allocations: at most some hundred KiB each. 0 where a sanitizer has its own allocator.
  let heap: Int
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
  ///
  /// The allocator walks its free pieces with each arena's lock held in turn: for a scrape, not for
  /// a path that runs often.
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
    let account = mallinfo2()
    heap = Int(clamping: account.uordblks) + Int(clamping: account.hblkhd)
    guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(folder) }
    var entries = 0
    while unsafe readdir(folder) != nil { entries += 1 }
    // `.`, `..` and the folder itself.
    descriptors = max(entries - 3, 0)
  }
}
