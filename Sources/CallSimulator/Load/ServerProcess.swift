import AudioEngine
import Glibc

/// What a process has used so far, from `/proc`.
struct ServerProcess: Hashable, Sendable {
  /// Processor time of all its threads.
  var processor: Duration
  /// Resident memory in bytes.
  var memory: Int

  /// Reads it; nil where there is no such process or no `/proc`.
  init?(_ process: Int32) {
    guard let stat = Self.text("/proc/\(process)/stat"),
      let status = Self.text("/proc/\(process)/status")
    else { return nil }
    // The name in parentheses may hold blanks and parentheses.
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let words = stat[stat.index(after: end)...].split(separator: " ")
    let ticks = Int64(sysconf(Int32(_SC_CLK_TCK)))
    guard words.count > 12, let user = Int64(words[11]), let system = Int64(words[12]), ticks > 0
    else { return nil }
    processor = .nanoseconds((user + system) * (1_000_000_000 / ticks))
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    guard let kibibytes = line?.split(separator: " ").dropLast().last.flatMap({ Int($0) }) else {
      return nil
    }
    memory = kibibytes * 1_024
  }

  private static func text(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
