import AudioEngine

/// Judges by how late a loop's timers fired in the last four seconds whether it has room for more.
///
/// It slides by the clock, so that it empties also where no timer fires any more. Adding costs a few
/// instructions and no allocation. It holds counts for one budget instead of durations, which makes
/// the comparison of the 99th percentile exact.
struct LatenessWindow {
  private struct Slot {
    /// Which half second it counts; nothing of an older one is left when it is written.
    var number: Int64 = -1
    var timers = 0
    /// Those later than half the budget.
    var overHalf = 0
    /// Those later than the budget.
    var over = 0
  }

  /// Fewer timers in a window say nothing about a loop. A loop that is held up fires few: ten calls
  /// that take 40 ms a turn each fire 100 in a window.
  static let leastTimers = 50

  private static let slotCount = 8
  private static let slotNanoseconds: Int64 = 500_000_000

  private let budget: Int64
  private var slots = [8 of Slot](repeating: Slot())
  private var judgedAt: Int64 = 0
  private var isLate = false

  /// Makes an empty window.
  ///
  /// - Parameter budget: what the 99th percentile may reach, above 0.
  init(budget: Duration) {
    self.budget = budget.wholeNanoseconds
  }

  /// Counts one timer that fired at `now`, `lateness` after its deadline.
  mutating func add(_ lateness: Duration, at now: MonotonicTime) {
    let number = Self.number(now)
    let index = Int(truncatingIfNeeded: number & 7)
    if slots[index].number != number { slots[index] = Slot(number: number) }
    slots[index].timers += 1
    let lateness = lateness.wholeNanoseconds
    if lateness > budget / 2 { slots[index].overHalf += 1 }
    if lateness > budget { slots[index].over += 1 }
  }

  /// Whether a loop has too much to do for more calls at `now`.
  ///
  /// That begins when more than one timer in a hundred was later than the budget, in two slots or
  /// more: one stall of the machine, however long, is told once, for all timers that it held up, and
  /// is no want of room. It ends when no more than one in a hundred was later than half the budget.
  mutating func judge(at now: MonotonicTime) -> Bool {
    let number = Self.number(now)
    // What was found a window ago says nothing of what is between the two bounds now.
    if number - judgedAt >= Int64(Self.slotCount) { isLate = false }
    judgedAt = number
    var (timers, overHalf, over, lateSlots) = (0, 0, 0, 0)
    for index in slots.indices where slots[index].number > number - Int64(Self.slotCount) {
      let slot = slots[index]
      timers += slot.timers
      overHalf += slot.overHalf
      over += slot.over
      if slot.over > 0 { lateSlots += 1 }
    }
    if timers < Self.leastTimers {
      isLate = false
    } else if isLate {
      isLate = overHalf * 100 > timers
    } else {
      isLate = over * 100 > timers && lateSlots > 1
    }
    return isLate
  }

  private static func number(_ now: MonotonicTime) -> Int64 {
    max(now.nanoseconds, 0) / slotNanoseconds
  }
}
