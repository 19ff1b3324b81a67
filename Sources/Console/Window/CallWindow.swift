import AudioEngine
import BotTransport
import CallLog
import Ground

/// The calls that a server carries and the newest that it has carried, for pages that look.
///
/// An entry costs a task that waits for the call's end. Any thread.
final class CallWindow: Sendable {
  /// A call, while it lives.
  struct Entry: Sendable {
    let row: CallRow
    let call: Call
    let meter = LevelMeter()
  }

  /// A call that is over.
  private struct Past {
    let row: CallRow
    let record: CallRecord?
  }

  private struct State {
    var live: [Int: Entry] = [:]
    var past: [Int: Past] = [:]
    /// The calls that are over, the newest last.
    var ended: [Int] = []
    var newest = 0
    /// Which calls began or ended, the newest last, and how many such changes were before these.
    var changes: [Int] = []
    var forgotten = 0
    /// How many watch a call.
    var watchers: [Int: Int] = [:]

    mutating func note(_ id: Int) {
      changes.append(id)
      guard changes.count > 2 * CallWindow.mostChanges else { return }
      forgotten += changes.count - CallWindow.mostChanges
      changes.removeFirst(changes.count - CallWindow.mostChanges)
    }
  }

  /// Ended calls that are remembered.
  private static let mostEnded = 200
  /// Live calls that a new page is told of, the newest.
  private static let mostLive = 200
  /// Changes that a page may be behind.
  static let mostChanges = 800

  private let state = Locked(State())

  /// Enters a call that has started.
  func enter(_ call: Call) async {
    let start = await call.start
    let platform = await call.platform
    let format = await call.wireFormat
    let recording = await call.recordingName
    let id = state.withLock { state in
      state.newest += 1
      let row = CallRow(id: state.newest, start, on: platform, format, recording: recording)
      state.live[row.id] = Entry(row: row, call: call)
      state.note(row.id)
      return row.id
    }
    Task {
      await call.ended()
      await self.left(id, call)
    }
  }

  private func left(_ id: Int, _ call: Call) async {
    let statistics = await call.statistics
    let code = await call.closeCode
    let record = await call.record
    let trace = await call.traceName
    state.withLock { state in
      guard var row = state.live.removeValue(forKey: id)?.row else { return }
      row.end(statistics, code, record, trace: trace)
      state.past[id] = Past(row: row, record: record)
      state.ended.append(id)
      if state.ended.count > Self.mostEnded { state.past[state.ended.removeFirst()] = nil }
      state.note(id)
    }
  }

  /// A live call; nil where it has ended.
  func entry(_ id: Int) -> Entry? { state.withLock { $0.live[id] } }

  /// What a call in the list has left: nil where it is not there, or has left none.
  func recording(of id: Int) -> String? { row(of: id)?.recording }

  /// The trace of a call that is over.
  func trace(of id: Int) -> String? { row(of: id)?.trace }

  /// The record of a call that is over as JSON, with its numbers hidden.
  func record(of id: Int) -> String? {
    let record = state.withLock { $0.past[id]?.record }
    return record.map { CallRow.masked($0).jsonValue().json }
  }

  private func row(of id: Int) -> CallRow? {
    state.withLock { state in state.live[id]?.row ?? state.past[id]?.row }
  }

  /// The calls that began or ended since `version`, which moves on, the newest last; from the beginning on, and
  /// where too much has happened since, those that a new page shows.
  func changes(since version: inout Int) -> [Int] {
    let seen = version
    let (now, found) = state.withLock { state in
      let now = state.forgotten + state.changes.count
      guard seen > 0, seen >= state.forgotten else {
        let live = state.live.keys.sorted().suffix(Self.mostLive)
        return (now, state.ended + live)
      }
      return (now, Array(state.changes.suffix(now - seen)))
    }
    version = now
    return found
  }

  /// The rows of calls as they are now, without those that are forgotten.
  func rows(of ids: some Sequence<Int>) -> [CallRow] {
    state.withLock { state in
      ids.compactMap { state.live[$0]?.row ?? state.past[$0]?.row }
    }
  }

  /// Somebody begins to watch a call: its caller is metered from the first on.
  func watch(_ entry: Entry) async {
    let isFirst = state.withLock { state in
      state.watchers[entry.row.id, default: 0] += 1
      return state.watchers[entry.row.id] == 1
    }
    guard isFirst else { return }
    await entry.call.meter(with: entry.meter)
  }

  /// Somebody has stopped watching: with the last one the meter goes.
  func unwatch(_ entry: Entry) async {
    let isLast = state.withLock { state in
      let left = state.watchers[entry.row.id, default: 1] - 1
      state.watchers[entry.row.id] = left > 0 ? left : nil
      return left <= 0
    }
    guard isLast else { return }
    await entry.call.meter(with: nil)
  }
}

extension Call {
  /// Puts a meter beside the detector, or takes it away.
  fileprivate func meter(with meter: LevelMeter?) {
    withMedia { media in
      var own = media.detector
      if let metering = own as? MeteringDetector { own = metering.own }
      media.detector = meter.map { MeteringDetector(meter: $0, own: own) } ?? own
    }
  }
}
