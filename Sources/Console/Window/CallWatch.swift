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
    /// As the page knows them.
    var shortfalls: [String] = []
    var texts: [WindowNews.Text] = []
  }

  /// Events that wait for a picture.
  private static let mostEvents = 32
  /// Events of one picture; the others wait for the next.
  static let eventsAtOnce = 6
  /// Texts of one picture, the newest.
  static let mostTexts = 4

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
    let view = await entry.call.view()
    return state.withLock { state in
      let sent = view.statistics.outbound.sentBytes
      let new = max(sent - (state.sentBytes ?? sent), 0)
      state.sentBytes = sent
      let lead = view.statistics.outbound.lead
      let count = lead.total - state.leadCount
      let mean = count > 0 ? (lead.sum - state.leadSum) / count : .zero
      state.leadSum = lead.sum
      state.leadCount = lead.total
      let events = state.events.prefix(Self.eventsAtOnce)
      state.events.removeFirst(events.count)
      let shortfalls = ServiceLevel().shortfalls(in: view.statistics).map(\.description)
      let texts = view.texts.filter { $0.epoch == view.position?.epoch }.suffix(Self.mostTexts)
        .map { WindowNews.Text($0, played: view.position?.played ?? .zero) }
      defer {
        state.shortfalls = shortfalls
        state.texts = texts
      }
      return WindowNews.Picture(
        id: entry.row.id, atMs: elapsed.inMilliseconds.rounded(),
        caller: entry.meter.since(&state.meterPlace),
        sentMs: (Double(view.format?.nanoseconds(byteCount: new) ?? 0) / 1e6).rounded(),
        queuedMs: view.queued.inMilliseconds.rounded(), leadMs: mean.inMilliseconds.rounded(),
        heardMs: (view.position?.estimate ?? .zero).inMilliseconds.rounded(),
        pingMs: view.ping?.inMilliseconds.rounded(),
        figures: CallRow.Figures(view.statistics),
        shortfalls: shortfalls == state.shortfalls ? nil : shortfalls,
        texts: texts == state.texts ? nil : texts, events: Array(events))
    }
  }
}

/// A call at one moment.
private struct CallView {
  let statistics: SessionStatistics
  let position: PlaybackPosition?
  let queued: Duration
  let format: WireFormat?
  let ping: Duration?
  let texts: [SpokenText]
}

extension Call {
  /// All of it in one turn of the call's loop.
  fileprivate func view() -> CallView {
    CallView(
      statistics: statistics, position: position, queued: queuedDuration, format: wireFormat,
      ping: roundTrip, texts: spokenTexts)
  }
}
