import AudioEngine
import BotTransport
import Foundation
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

  private struct State {
    var live: [Int: Entry] = [:]
    /// The newest last.
    var ended: [CallRow] = []
    var newest = 0
    /// Counts every change.
    var version = 0
    /// How many watch a call.
    var watchers: [Int: Int] = [:]
  }

  /// Ended calls that are remembered.
  private static let mostEnded = 200
  /// Live calls that a page is told of, the newest first.
  private static let mostLive = 200

  private let state = Locked(State())

  /// Enters a call that has started.
  func enter(_ call: Call) async {
    let start = await call.start
    let platform = await call.platform
    let format = await call.wireFormat
    let recording = await call.recordingName
    let id = state.withLock { state in
      state.newest += 1
      return state.newest
    }
    let row = CallRow(id: id, start, on: platform, format, recording: recording)
    state.withLock { state in
      state.live[id] = Entry(row: row, call: call)
      state.version += 1
    }
    Task {
      await call.ended()
      await self.left(id, call)
    }
  }

  private func left(_ id: Int, _ call: Call) async {
    let statistics = await call.statistics
    let code = await call.closeCode
    state.withLock { state in
      guard var row = state.live.removeValue(forKey: id)?.row else { return }
      row.end(statistics, code)
      state.ended.append(row)
      if state.ended.count > Self.mostEnded { state.ended.removeFirst() }
      state.version += 1
    }
  }

  /// A live call; nil where it has ended.
  func entry(_ id: Int) -> Entry? { state.withLock { $0.live[id] } }

  /// The recording of a call in the list; nil where it has none.
  func recording(of id: Int) -> String? {
    state.withLock { state in
      (state.live[id]?.row ?? state.ended.first { $0.id == id })?.recording
    }
  }

  /// The rows that a page shows, where anything has changed since `version`, which moves on.
  func rows(since version: inout Int) -> (live: [CallRow], ended: [CallRow])? {
    let seen = version
    let found = state.withLock { state -> (Int, [CallRow], [CallRow])? in
      guard state.version != seen else { return nil }
      let live = state.live.values.map(\.row).sorted { $0.id > $1.id }.prefix(Self.mostLive)
      return (state.version, Array(live), state.ended.reversed())
    }
    guard let found else { return nil }
    version = found.0
    return (found.1, found.2)
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
