import Ground
public import Telephony

/// Takes what a platform says of a live call beside its socket, such as in a webhook, to that call, and
/// knows which callbacks may be believed.
///
/// A ``ServerConfiguration`` has one, which copies of it share; each server that runs with it has its
/// calls found by it.
public final class CallNotices: Sendable {
  private let tables = Locked<[CallTable]>([])
  let desk = CallbackDesk()
  /// Whether strangers reach a server that runs with these notices.
  private let meetsStrangers = Locked(false)

  /// Makes notices that no server listens to yet.
  public init() {}

  /// Whether no server runs with these notices.
  var isIdle: Bool { tables.withLock { $0.isEmpty } }

  /// Whether everybody that a gate without a policy lets in is taken for the platform.
  var believesEverybody: Bool { meetsStrangers.withLock { !$0 } }

  func begin(_ table: CallTable, meetsStrangers: Bool) {
    desk.known.reserve()
    if meetsStrangers { self.meetsStrangers.withLock { $0 = true } }
    tables.withLock { $0.append(table) }
  }

  func end(_ table: CallTable) {
    tables.withLock { $0.removeAll { $0 === table } }
  }

  /// Lets word of a backlog at the platform reach the call that it is about, if that is here and live;
  /// from any thread, at once.
  ///
  /// It counts in the call's statistics and lowers its lead, once for each `key`.
  ///
  /// - Parameters:
  ///   - platform: whose call.
  ///   - callSID: the call's identifier.
  ///   - streamSID: the stream's; nil for one without.
  ///   - percent: how full the platform's buffer is, where it says so.
  ///   - key: equal for what is one report.
  public func noteBacklog(
    on platform: Platform, callSID: String, streamSID: String?, percent: Int?, key: String
  ) {
    for table in tables.withLock({ $0 }) {
      // It may be on another loop.
      if let call = table.newest(of: platform, callSID: callSID, streamSID: streamSID) {
        Task { await call.noteBacklog(percent: percent, key: key) }
      }
    }
  }
}
