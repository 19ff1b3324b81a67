import AudioEngine

/// Judges by how long things were overdue in the last four seconds whether a loop has room for more.
///
/// What counts is time, not timers: the time in which something was overdue by more than the budget, each
/// moment once, however many timers waited in it. A loop that is held up so badly that few timers fire is
/// judged by the same measure as one that fires thousands, of which one in a hundred is late.
///
/// It slides by the clock, so that it empties also where nothing fires any more. Adding costs a few
/// instructions and no allocation.
struct LatenessWindow {
  private struct Slot {
    /// Which half second it counts; nothing of an older one is left when it is written.
    var number: Int64 = -1
    /// Nanoseconds in which something was overdue by more than half the budget.
    var overHalf: Int64 = 0
    /// The same by more than the budget.
    var over: Int64 = 0
  }

  private static let slotCount: Int64 = 8
  private static let slotNanoseconds: Int64 = 500_000_000
  /// One part in a hundred of the window.
  private static let bound = slotCount * slotNanoseconds / 100

  private let budget: Int64
  private var slots = [8 of Slot](repeating: Slot())
  private var judgedAt: Int64 = 0
  private var isLate = false
  /// What was counted at one moment, in which all that waited is done, in any order.
  private struct Batch {
    var now = Int64.min
    /// The moment of the batch before: what was before it has been counted.
    var since = Int64.min
    var overHalf: Int64 = 0
    var over: Int64 = 0
  }
  private var batch = Batch()

  /// Makes an empty window.
  ///
  /// - Parameter budget: how long something may be overdue, above 0.
  init(budget: Duration) {
    self.budget = budget.wholeNanoseconds
  }

  /// Counts something that was done at `now`, `lateness` after it was due.
  mutating func add(_ lateness: Duration, at now: MonotonicTime) {
    let lateness = lateness.wholeNanoseconds
    guard lateness > budget / 2 else { return }
    let number = Self.number(now)
    let index = Int(truncatingIfNeeded: number & 7)
    if slots[index].number != number { slots[index] = Slot(number: number) }
    if now.nanoseconds != batch.now { batch = Batch(now: now.nanoseconds, since: batch.now) }
    let unseen =
      batch.since == .min ? lateness : max(Self.difference(batch.now, batch.since), 0)
    // The longest wait of the batch is what counts, and of it what is newer than the batch before.
    let overHalf = max(batch.overHalf, min(lateness - budget / 2, unseen))
    let over = max(batch.over, min(lateness - budget, unseen))
    slots[index].overHalf = Self.sum(slots[index].overHalf, overHalf - batch.overHalf)
    slots[index].over = Self.sum(slots[index].over, over - batch.over)
    batch.overHalf = overHalf
    batch.over = over
  }

  /// Whether a loop has too much to do for more calls at `now`.
  ///
  /// That begins when something was overdue for more than a hundredth of the window, in two slots or
  /// more: one stall of the machine, however long, is no want of room. It ends when that is no longer so
  /// for half the budget.
  mutating func judge(at now: MonotonicTime) -> Bool {
    let number = Self.number(now)
    // What was found a window ago says nothing of what is between the two bounds now.
    if number - judgedAt >= Self.slotCount { isLate = false }
    judgedAt = number
    var (overHalf, over, lateSlots) = (Int64(0), Int64(0), 0)
    for index in slots.indices
    where slots[index].number > number - Self.slotCount && slots[index].number <= number {
      let slot = slots[index]
      overHalf = Self.sum(overHalf, slot.overHalf)
      over = Self.sum(over, slot.over)
      // Less is what a stall leaves to catch up on.
      if slot.over >= Self.slotNanoseconds / 100 { lateSlots += 1 }
    }
    isLate = isLate ? overHalf > Self.bound : over > Self.bound && lateSlots > 1
    return isLate
  }

  /// Whether a loop nears its budget at `now`: something was overdue for more than half of it, for more
  /// than a hundredth of the window, in two slots or more.
  func isNear(at now: MonotonicTime) -> Bool {
    let number = Self.number(now)
    var (overHalf, lateSlots) = (Int64(0), 0)
    for index in slots.indices
    where slots[index].number > number - Self.slotCount && slots[index].number <= number {
      overHalf = Self.sum(overHalf, slots[index].overHalf)
      if slots[index].overHalf >= Self.slotNanoseconds / 100 { lateSlots += 1 }
    }
    return overHalf > Self.bound && lateSlots > 1
  }

  private static func number(_ now: MonotonicTime) -> Int64 {
    max(now.nanoseconds, 0) / slotNanoseconds
  }

  /// Without overflow, and what is below 0 for 0.
  private static func sum(_ total: Int64, _ more: Int64) -> Int64 {
    let (sum, overflow) = total.addingReportingOverflow(max(more, 0))
    return overflow ? .max : sum
  }

  private static func difference(_ later: Int64, _ earlier: Int64) -> Int64 {
    let (difference, overflow) = later.subtractingReportingOverflow(earlier)
    return overflow ? .max : difference
  }
}
