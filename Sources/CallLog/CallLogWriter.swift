import Ground

/// Stands between the server and a call log: takes events at once, writes them when the log can.
///
/// Handing in an event never waits for the log, so it may be done on an event loop. What the server
/// says of its own sockets goes first and is kept until it was written: in memory and, while the log
/// cannot be written or opened, in a file beside it, both of bounded size. Callbacks, which strangers
/// may send, wait in a line of their own and are dropped and counted where that is full.
public final class CallLogWriter: Sendable {
  /// What became of the events that were handed in.
  public struct Counts: Hashable, Sendable {
    /// Written, or joined to a record that had them already.
    public var written = 0
    /// Waiting now, in memory and beside the log.
    public var pending = 0
    /// The server's own that found no room, or that the log can never take.
    public var lost = 0
    /// Callbacks that found no room, here or in the log.
    public var droppedCallbacks = 0
    /// Times that the log could not be opened or written.
    public var errors = 0
    /// Dropped because they name no call.
    public var unidentified = 0
  }

  /// How much may wait.
  public struct Limits: Hashable, Sendable {
    /// Bytes of the server's own events in memory.
    public var bytes = 16 << 20
    /// Bytes of the file beside the log.
    public var spilledBytes = 256 << 20
    /// Callbacks, in memory alone.
    public var callbacks = 1_024
    /// Bytes of them.
    public var callbackBytes = 4 << 20

    /// Makes limits.
    public init() {}
  }

  /// Something that whoever runs the server should know at once.
  public enum Report: Hashable, Sendable {
    /// The log cannot be written, for this reason; told at once, and each minute that it lasts.
    case failing(reason: String, pending: Int)
    /// It is written again.
    case restored(pending: Int)
    /// So many of the server's own events could not be kept.
    case lost(Int)
    /// So many were left behind by an earlier server and are written now.
    case adopted(Int)
  }

  private struct Lane {
    var events: [CallLogEvent] = []
    var bytes = 0

    mutating func removeFirst(_ count: Int) {
      for event in events.prefix(count) { bytes -= event.size }
      events.removeFirst(count)
    }
  }

  private struct State {
    var own = Lane()
    var callbacks = Lane()
    var spilled = 0
    var counts = Counts()
    var isWriting = false
    var log: (any CallLog)?
    var watcher: (@Sendable (Report) -> Void)?
    /// Told before anybody watched.
    var untold: [Report] = []
  }

  private let opening: @Sendable () async throws -> any CallLog
  private let limits: Limits
  private let spill: CallLogSpill?
  private let state = Locked(State())

  /// Events written together, so that a burst of them costs few transactions.
  private static let batch = 256
  /// Fewer of the callbacks: what comes of our own meanwhile waits for them.
  private static let callbackBatch = 32
  private static let longestPause = Duration.seconds(1)
  private static let reminder = Duration.seconds(60)

  /// Makes a writer of a log that is opened when it is needed, and again after each failure.
  ///
  /// - Parameters:
  ///   - path: what cannot be written goes into a file of this name with `.pending` behind it; nil
  ///     for memory alone.
  ///   - limits: how much may wait.
  ///   - opening: opens the log.
  public init(
    spillingBeside path: String? = nil, limits: Limits = Limits(),
    opening: @escaping @Sendable () async throws -> any CallLog
  ) {
    precondition(limits.callbacks >= 1, "a call log's queue holds at least one event")
    self.opening = opening
    self.limits = limits
    spill = path.map { CallLogSpill(beside: $0, capacity: limits.spilledBytes) }
  }

  /// Makes a writer of a log that is open; what waits for it waits in memory.
  public convenience init(_ log: any CallLog, limits: Limits = Limits()) {
    self.init(limits: limits) { log }
  }

  /// What became of the events so far.
  public var counts: Counts {
    state.withLock { state in
      var counts = state.counts
      counts.pending = state.own.events.count + state.callbacks.events.count + state.spilled
      return counts
    }
  }

  /// Has `watcher` told what happens, from now on and what nobody was told yet; nil for nobody. Called
  /// on any thread: it must return at once.
  public func watch(_ watcher: (@Sendable (Report) -> Void)?) {
    let untold = state.withLock { state in
      state.watcher = watcher
      defer { if watcher != nil { state.untold = [] } }
      return watcher == nil ? [] : state.untold
    }
    for report in untold { watcher?(report) }
  }

  /// Opens the log now, and begins to write what an earlier server left behind.
  ///
  /// - Throws: why the log cannot be opened. The writer may be used all the same: it tries again.
  public func open() async throws {
    do {
      _ = try await current()
    } catch {
      state.withLock { $0.counts.errors += 1 }
      tell(.failing(reason: "\(error)", pending: counts.pending))
      begin()
      throw error
    }
    begin()
  }

  /// Hands in an event. Any thread; never waits. Allocates; once per call and callback.
  public func submit(_ event: CallLogEvent) {
    let (begins, report) = state.withLock { state -> (Bool, Report?) in
      guard event.isIdentified else {
        state.counts.unidentified += 1
        return (false, nil)
      }
      switch event.origin {
      case .server:
        guard state.own.bytes + event.size <= limits.bytes else {
          state.counts.lost += 1
          // Each power of two: often enough to be seen, seldom enough not to fill a log.
          let lost = state.counts.lost
          return (false, lost & (lost - 1) == 0 ? .lost(lost) : nil)
        }
        state.own.events.append(event)
        state.own.bytes += event.size
      case .callback:
        guard state.callbacks.events.count < limits.callbacks,
          state.callbacks.bytes + event.size <= limits.callbackBytes
        else {
          state.counts.droppedCallbacks += 1
          return (false, nil)
        }
        state.callbacks.events.append(event)
        state.callbacks.bytes += event.size
      }
      defer { state.isWriting = true }
      return (!state.isWriting, nil)
    }
    if let report { tell(report) }
    if begins { Task.detached { await self.write() } }
  }

  /// Whether the log has a record of a call or a stream with one of these identifiers; false where it
  /// cannot be asked. Not on an event loop's thread: it waits for the log.
  public func knows(anyOf sids: [String]) async -> Bool {
    guard let log = state.withLock({ $0.log }) else { return false }
    return (try? await log.knows(anyOf: sids)) ?? false
  }

  /// Waits until everything handed in so far was written, at most for `limit`; then what waits is kept
  /// beside the log for the next server.
  ///
  /// - Returns: whether nothing waits any more.
  @discardableResult
  public func flush(within limit: Duration = .seconds(5)) async -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while state.withLock({ $0.isWriting }) {
      guard clock.now < deadline else {
        let unkept = await spillOwn(forgets: false)
        if unkept > 0 { tell(.lost(counts.lost + unkept)) }
        return false
      }
      // Also from a task that has been cancelled, where Task.sleep would return at once.
      await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
    }
    return true
  }

  private func begin() {
    let begins = state.withLock { state in
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if begins { Task.detached { await self.write() } }
  }

  private func tell(_ report: Report) {
    let watcher = state.withLock { state in
      if state.watcher == nil, state.untold.count < 16 { state.untold.append(report) }
      return state.watcher
    }
    watcher?(report)
  }

  /// The log, opened where it is not open.
  private func current() async throws -> any CallLog {
    if let log = state.withLock({ $0.log }) { return log }
    let log = try await opening()
    state.withLock { $0.log = log }
    return log
  }

  private func write() async {
    var failures = 0
    var toldAt = ContinuousClock.now
    await adopt()
    while let batch = await next() {
      do {
        let left = try await current().write(batch.events)
        await took(batch, leftOut: Set(left))
        if failures > 0 {
          failures = 0
          tell(.restored(pending: counts.pending))
          await adopt()
        }
      } catch {
        state.withLock { state in
          state.counts.errors += 1
          state.log = nil
        }
        failures += 1
        if failures == 1 || toldAt.duration(to: .now) >= Self.reminder {
          toldAt = .now
          tell(.failing(reason: "\(error)", pending: counts.pending))
        }
        if failures > 1 { await spillOwn(forgets: true) }
        try? await Task.sleep(for: min(.milliseconds(100 << min(failures, 4)), Self.longestPause))
      }
    }
  }

  /// Where a batch waits.
  private enum Source {
    case spill, own, callbacks
  }

  /// What is to be written next: what has waited longest of the server's own, then callbacks.
  private func next() async -> (events: [CallLogEvent], source: Source)? {
    if let spill {
      let events = await spill.next(Self.batch)
      if !events.isEmpty { return (events, .spill) }
      state.withLock { $0.spilled = 0 }
    }
    return state.withLock { state in
      if !state.own.events.isEmpty { return (Array(state.own.events.prefix(Self.batch)), .own) }
      if !state.callbacks.events.isEmpty {
        return (Array(state.callbacks.events.prefix(Self.callbackBatch)), .callbacks)
      }
      state.isWriting = false
      return nil
    }
  }

  private func took(
    _ batch: (events: [CallLogEvent], source: Source), leftOut: Set<Int>
  ) async {
    var spilled = 0
    if batch.source == .spill, let spill {
      await spill.delivered()
      spilled = await spill.count
    }
    let lost = state.withLock { state in
      switch batch.source {
      case .spill: state.spilled = spilled
      case .own: state.own.removeFirst(batch.events.count)
      case .callbacks: state.callbacks.removeFirst(batch.events.count)
      }
      let lost = leftOut.count {
        batch.events.indices.contains($0) && batch.events[$0].origin == .server
      }
      state.counts.lost += lost
      state.counts.droppedCallbacks += leftOut.count - lost
      state.counts.written += batch.events.count - leftOut.count
      return lost > 0 ? state.counts.lost : 0
    }
    if lost > 0 { tell(.lost(lost)) }
  }

  private func adopt() async {
    guard let adopted = await spill?.adopt(), adopted > 0 else { return }
    state.withLock { $0.spilled = adopted }
    tell(.adopted(adopted))
  }

  /// Moves the server's own events into the file beside the log, as far as that has room; copies them
  /// only where somebody else may be writing them.
  ///
  /// - Returns: how many are in memory alone.
  @discardableResult
  private func spillOwn(forgets: Bool) async -> Int {
    let events = state.withLock { $0.own.events }
    guard let spill else { return events.count }
    let kept = await spill.append(events[...])
    let spilled = await spill.count
    state.withLock { state in
      state.spilled = spilled
      if forgets { state.own.removeFirst(kept) }
    }
    return events.count - kept
  }
}
