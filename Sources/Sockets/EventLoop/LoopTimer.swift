public import AudioEngine

/// A one-shot timer of an event loop, armed again and again without allocating.
///
/// It fires on the loop's thread, never before its time, and later than that by at most
/// ``EventLoop/timerSpacing`` on an idle machine where others fire as well. It is the loop thread's, which is why it
/// may be handed to the actors pinned to the loop; what it is asked for on another thread happens in the
/// loop's next turn.
public final class LoopTimer: @unchecked Sendable {
  // Unchecked: all state is confined to the loop's thread, and every entry hops there.
  private let loop: EventLoop
  private let fire: () -> Void
  /// Where the timer is in the loop's heap, -1 while not armed.
  var heapIndex = -1

  /// Makes a timer that is not armed.
  ///
  /// - Parameters:
  ///   - loop: the loop on whose thread `fire` is called.
  ///   - fire: called once per arming. The timer keeps it for life: an owner that it captures must drop
  ///     the timer when it ends. (Objects with weak references cost more to pass around ever after.)
  public init(loop: EventLoop, fire: @escaping () -> Void) {
    self.loop = loop
    self.fire = fire
  }

  /// Whether the timer waits for its time.
  public var isArmed: Bool { heapIndex >= 0 }

  /// Fires at `deadline`, or as soon as the loop can when that has passed; replaces an earlier
  /// arming. O(log n) in the loop's armed timers; allocates only while their
  /// number grows.
  public func arm(at deadline: MonotonicTime) {
    guard loop.isCurrent else { return loop.perform { self.arm(at: deadline) } }
    loop.work.arm(self, at: deadline)
  }

  /// Forgets the arming, if any.
  public func cancel() {
    guard loop.isCurrent else { return loop.perform { self.cancel() } }
    loop.work.cancel(self)
  }

  func callFire() { fire() }
}

/// The armed timers of one loop, earliest first: a binary heap whose entries know their place.
///
/// It holds one reference to each armed timer, and moves entries without counting more.
struct TimerHeap {
  @safe
  private struct Entry {
    let deadline: MonotonicTime
    /// Order of arming: equal deadlines fire first come, first served.
    let sequence: UInt64
    let timer: Unmanaged<LoopTimer>

    static func < (left: Entry, right: Entry) -> Bool {
      left.deadline == right.deadline
        ? left.sequence < right.sequence : left.deadline < right.deadline
    }

    func note(index: Int) { unsafe timer._withUnsafeGuaranteedRef { $0.heapIndex = index } }
  }

  private var entries: [Entry] = []
  private var sequence: UInt64 = 0

  /// How many timers are armed.
  var count: Int { entries.count }
  /// When the first timer is due.
  var earliest: MonotonicTime? { entries.first?.deadline }

  mutating func arm(_ timer: LoopTimer, at deadline: MonotonicTime) {
    let index = timer.heapIndex
    // What is paced asks again and again for the time that it has.
    if index >= 0, entries[index].deadline == deadline { return }
    sequence &+= 1
    if index >= 0 {
      let entry = unsafe Entry(deadline: deadline, sequence: sequence, timer: entries[index].timer)
      let isEarlier = entry < entries[index]
      entries[index] = entry
      if isEarlier { siftUp(from: index) } else { siftDown(from: index) }
    } else {
      entries.append(
        unsafe Entry(deadline: deadline, sequence: sequence, timer: .passRetained(timer)))
      siftUp(from: entries.count - 1)
    }
  }

  mutating func cancel(_ timer: LoopTimer) {
    guard timer.heapIndex >= 0 else { return }
    unsafe remove(at: timer.heapIndex).timer.release()
  }

  /// Takes the first timer that is due at `now`, and says when it was.
  mutating func popDue(at now: MonotonicTime) -> (timer: LoopTimer, deadline: MonotonicTime)? {
    guard let first = entries.first, first.deadline <= now else { return nil }
    return unsafe (remove(at: 0).timer.takeRetainedValue(), first.deadline)
  }

  /// Disarms every timer.
  mutating func removeAll() {
    var disarmed: [Entry] = []
    swap(&disarmed, &entries)
    for entry in disarmed { entry.note(index: -1) }
    for entry in disarmed { unsafe entry.timer.release() }
  }

  private mutating func remove(at index: Int) -> Entry {
    let entry = entries[index]
    entry.note(index: -1)
    let last = entries.removeLast()
    guard index < entries.count else { return entry }
    entries[index] = last
    siftDown(from: index)
    siftUp(from: index)
    return entry
  }

  private mutating func siftUp(from start: Int) {
    var index = start
    let entry = entries[index]
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry < entries[parent] else { break }
      place(entries[parent], at: index)
      index = parent
    }
    place(entry, at: index)
  }

  private mutating func siftDown(from start: Int) {
    var index = start
    let entry = entries[index]
    while true {
      var child = 2 * index + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
      guard entries[child] < entry else { break }
      place(entries[child], at: index)
      index = child
    }
    place(entry, at: index)
  }

  private mutating func place(_ entry: Entry, at index: Int) {
    entries[index] = entry
    entry.note(index: index)
  }
}
