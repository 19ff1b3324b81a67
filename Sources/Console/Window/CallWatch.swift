import AudioEngine
import BotTransport
import Ground

/// One page's look at one call: what has changed since it last looked.
final class CallWatch: Sendable {
  let entry: CallWindow.Entry
  private let window: CallWindow
  private let state: Locked<State>
  private let reading: Task<Void, Never>

  private struct State {
    var events: [WindowNews.Event] = []
    var meterPlace = 0
    var sentBytes: Int?
    var leadSum: Duration = .zero
    var leadCount = 0
  }

  /// Events that wait for the next picture.
  private static let mostEvents = 32

  /// Begins to watch.
  init(_ entry: CallWindow.Entry, in window: CallWindow) {
    self.entry = entry
    self.window = window
    let state = Locked(State())
    self.state = state
    reading = Task {
      await window.watch(entry)
      for await event in entry.call.watch() {
        guard let news = WindowNews.Event(event) else { continue }
        state.withLock { if $0.events.count < Self.mostEvents { $0.events.append(news) } }
      }
    }
  }

  /// Ends it.
  func end() {
    reading.cancel()
    Task { [window, entry] in await window.unwatch(entry) }
  }

  /// What there is to see now; `elapsed` since the watch began.
  func picture(after elapsed: Duration) async -> WindowNews.Picture {
    let call = entry.call
    let statistics = await call.statistics
    let position = await call.position
    let queued = await call.queuedDuration
    let format = await call.wireFormat
    let ping = await call.roundTrip
    let spoken = await call.spokenTexts
    return state.withLock { state in
      let sent = statistics.outbound.sentBytes
      let new = max(sent - (state.sentBytes ?? sent), 0)
      state.sentBytes = sent
      let lead = statistics.outbound.lead
      let count = lead.total - state.leadCount
      let mean = count > 0 ? (lead.sum - state.leadSum) / count : .zero
      state.leadSum = lead.sum
      state.leadCount = lead.total
      defer { state.events = [] }
      return WindowNews.Picture(
        id: entry.row.id, atMs: elapsed.inMilliseconds.rounded(),
        caller: entry.meter.since(&state.meterPlace),
        sentMs: Double(format?.nanoseconds(byteCount: new) ?? 0) / 1e6,
        queuedMs: queued.inMilliseconds.rounded(), leadMs: mean.inMilliseconds.rounded(),
        heardMs: (position?.estimate ?? .zero).inMilliseconds.rounded(),
        pingMs: ping?.inMilliseconds.rounded(),
        figures: CallRow.Figures(statistics),
        texts: spoken.filter { $0.epoch == position?.epoch }.map {
          WindowNews.Text($0, played: position?.played ?? .zero)
        },
        events: state.events)
    }
  }
}
