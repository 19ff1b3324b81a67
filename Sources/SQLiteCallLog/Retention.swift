import CallLog
import Glibc

/// The clocks that a call log goes by; a test sets its own.
struct CallLogClock: Sendable {
  /// The time of day, which may jump.
  var wall: @Sendable () -> WallTime
  /// Milliseconds that never jump.
  var steady: @Sendable () -> Int64

  static let system = CallLogClock(
    wall: { .now },
    steady: {
      var time = timespec()
      unsafe clock_gettime(CLOCK_MONOTONIC, &time)
      return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    })
}

/// Deletes calls that are older than they may become, however the clock jumps.
///
/// No more than a day's worth of calls goes in a day, by both clocks and over restarts. A clock that
/// while a server runs is more than a day ahead of the newest call is not believed until the next
/// start.
struct Retention {
  private static let day: Int64 = 86_400_000

  private let keptDays: Int
  private let clock: CallLogClock
  private var isFirst = true
  private var isClockDoubted = false
  private var sweptAt: Int64?

  init(keptDays: Int, clock: CallLogClock) {
    self.keptDays = keptDays
    self.clock = clock
  }

  /// Deletes a day's worth, if it is time for that; gives back how many rows that was. Costs one
  /// look-up in an index where it is not.
  mutating func sweep(_ database: SQLiteDatabase) throws(CallLogError) -> Int {
    let now = clock.wall().milliseconds
    let newest = try database.rows("SELECT max(first_seen) FROM calls", []).first?[0].integer
    defer { isFirst = false }
    guard let newest else { return 0 }
    if !isFirst, now - Int64(newest) > Self.day { isClockDoubted = true }
    guard !isClockDoubted else { return 0 }
    let steady = clock.steady()
    if let sweptAt, steady - sweptAt < Self.day { return 0 }
    let before = try database.rows("SELECT max(at) FROM sweeps", []).first?[0].integer
    if let before, abs(now - Int64(before)) < Self.day { return 0 }
    let limit = now - Int64(keptDays) * Self.day
    guard
      let oldest = try database.rows("SELECT min(first_seen) FROM calls", []).first?[0].integer,
      Int64(oldest) < limit
    else { return 0 }
    let deleted = try database.change(
      "DELETE FROM calls WHERE first_seen < ?1",
      [.integer(Int(min(limit, Int64(oldest) + Self.day)))])
    try database.run("DELETE FROM sweeps")
    _ = try database.rows("INSERT INTO sweeps (at) VALUES (?1)", [.integer(Int(now))])
    sweptAt = steady
    return deleted
  }
}
