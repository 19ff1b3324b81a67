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
  /// Processor time of all threads in seconds, the system's on their behalf included.
  let processorSeconds: Double

  /// When the process began, in seconds since 1970: found once, so that it stays where the clock is set.
  /// nil where the system does not tell.
  static let startTime: Double? = {
    // The 22nd field, the 20th behind the name: ticks since the machine began.
    guard let text = read("/proc/self/stat"), let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[name...].split(separator: " ").dropFirst()
    guard let ticks = fields.dropFirst(19).first.flatMap({ Double($0) }) else { return nil }
    var running = timespec()
    var now = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &running)
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let age = seconds(running) - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    return seconds(now) - age
  }()

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
    guard let words = Self.read("/proc/self/statm")?.split(separator: " "), words.count > 1,
      let pages = Int(words[1])
    else { return nil }
    memory = pages * Int(getpagesize())
    let account = mallinfo2()
    heap = Int(clamping: account.uordblks) + Int(clamping: account.hblkhd)
    guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(folder) }
    var entries = 0
    while unsafe readdir(folder) != nil { entries += 1 }
    // `.`, `..` and the folder itself.
    descriptors = max(entries - 3, 0)
    var spent = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent)
    processorSeconds = Self.seconds(spent)
  }

  private static func seconds(_ time: timespec) -> Double {
    Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The beginning of a file, which is one line.
  private static func read(_ path: String) -> String? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1_024)
    let count = unsafe Glibc.read(file, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
