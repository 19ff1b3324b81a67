import Glibc

/// A time of day, for people and for callbacks: milliseconds since 1970 in UTC. It may jump; what
/// measures durations is ``MonotonicTime``.
public struct WallTime: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64

  /// Makes a time.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// The time now.
  public static var now: WallTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Reads `2026-09-01`, `2026-09-01T15:30`, `2026-09-01T15:30:02.512Z`; a blank may stand for the T,
  /// and everything is UTC. nil where `text` is none of these.
  public init?(_ text: String) {
    let bare = text.last == "Z" ? text.dropLast() : text[...]
    let halves = bare.split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "T" || $0 == " " })
    let date = halves[0].split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
    guard date.count == 3, let year = date[0], let month = date[1], let day = date[2],
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var parts = unsafe tm()
    unsafe parts.tm_year = Int32(year - 1900)
    unsafe parts.tm_mon = Int32(month - 1)
    unsafe parts.tm_mday = Int32(day)
    var fraction = 0
    if halves.count > 1 {
      let clock = halves[1].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      let time = clock[0].split(separator: ":", omittingEmptySubsequences: false).map(Self.number)
      guard (2...3).contains(time.count), let hour = time[0], let minute = time[1],
        let second = time.count == 3 ? time[2] : 0, hour < 24, minute < 60, second < 61
      else { return nil }
      unsafe parts.tm_hour = Int32(hour)
      unsafe parts.tm_min = Int32(minute)
      unsafe parts.tm_sec = Int32(second)
      if clock.count > 1 {
        let digits = clock[1].prefix(3)
        guard let number = Self.number(digits) else { return nil }
        fraction = number * [100, 10, 1][digits.count - 1]
      }
    }
    let seconds = unsafe timegm(&parts)
    milliseconds = Int64(seconds) * 1_000 + Int64(fraction)
  }

  /// ISO 8601 in UTC: `2026-09-01T15:30:02.512Z`.
  public var description: String {
    var seconds = time_t(milliseconds / 1_000)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return "\(milliseconds) ms" }
    func padded(_ number: some BinaryInteger, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
    let date = unsafe [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday].map { padded($0, 2) }
    let time = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded($0, 2) }
    return date.joined(separator: "-") + "T" + time.joined(separator: ":")
      + ".\(padded(milliseconds % 1_000, 3))Z"
  }

  /// Orders earlier before later.
  public static func < (left: WallTime, right: WallTime) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// Up to four digits; nil for anything else.
  private static func number(_ text: some StringProtocol) -> Int? {
    guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int(text)
  }
}
