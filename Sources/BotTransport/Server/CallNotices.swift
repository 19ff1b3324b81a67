import Ground
public import Telephony

/// Takes what a platform says of a live call beside its socket, such as in a webhook, to that call, and
/// knows which callbacks may be believed.
///
/// A ``ServerConfiguration`` has one, which copies of it share; each server that runs with it has its
/// calls found by it.
public final class CallNotices: Sendable {
  private let tables = Locked<[CallTable]>([])
  private let peers = Locked<(any ServerPeers)?>(nil)
  let desk = CallbackDesk()
  /// Where calls go on that bots have handed over, by the calls' identifiers: of more the oldest was asked for
  /// long ago.
  private let handOffs = Locked(RecentTable<String, Int>(capacity: 4_096))
  /// Whether strangers reach a server that runs with these notices.
  private let meetsStrangers = Locked(false)

  /// Makes notices that no server listens to yet.
  public init() {}

  /// Whether no server runs with these notices.
  var isIdle: Bool { tables.withLock { $0.isEmpty } }

  /// Whether everybody that a gate without a policy lets in is taken for the platform.
  var believesEverybody: Bool { meetsStrangers.withLock { !$0 } }

  func begin(_ table: CallTable, meetsStrangers: Bool, peers: (any ServerPeers)?) {
    desk.known.reserve()
    if let peers {
      self.peers.withLock { $0 = peers }
      desk.peers.withLock { $0 = peers }
    }
    if meetsStrangers { self.meetsStrangers.withLock { $0 = true } }
    tables.withLock { $0.append(table) }
  }

  func end(_ table: CallTable) {
    tables.withLock { $0.removeAll { $0 === table } }
  }

  /// Chooses the server that a new call is told to go to. From memory, at once.
  ///
  /// - Parameters:
  ///   - own: the server itself, as whoever asks reaches it.
  ///   - hint: what keeps calls together, such as the caller's number.
  /// - Returns: `own`, or another where the server has peers.
  func address(for own: PublicAddress, hint: String?) -> PublicAddress {
    peers.withLock { $0 }?.address(for: own, hint: hint) ?? own
  }

  /// Remembers where a call goes on that its bot hands over, here and on the server's peers.
  func noteHandOff(to branch: Int, of callSID: String) {
    handOffs.withLock { $0.note(branch, of: callSID) }
    peers.withLock { $0 }?.keep(handOff: branch, of: callSID)
  }

  /// Whether a call may have been handed over.
  var mayKnowHandOffs: Bool {
    handOffs.withLock { !$0.isEmpty } || peers.withLock { $0 != nil }
  }

  /// Tells `then` where a call goes on, nil where nobody has handed it over; on the desk's thread, from which this
  /// is asked, at once or within a second.
  func findHandOff(
    of callSID: String, for sender: CallbackDesk.Sender, _ then: @escaping @Sendable (Int?) -> Void
  ) {
    let own = handOffs.withLock { $0[callSID] }
    guard own == nil, let peers = peers.withLock({ $0 }), desk.mayAskPeers(sender, of: callSID)
    else { return then(own) }
    desk.find({ await peers.handOff(of: callSID) }, then)
  }

  /// Lets word of a backlog at the platform reach the call that it is about, if that is live here, or on one
  /// of the server's peers; from any thread, at once.
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
    let stream = StreamName(platform: platform, callSID: callSID, streamSID: streamSID)
    let calls = tables.withLock { $0 }.compactMap { $0.newest(of: stream) }
    for call in calls {
      // It may be on another loop.
      Task { await call.noteBacklog(percent: percent, key: key) }
    }
    guard calls.isEmpty else { return }
    peers.withLock { $0 }?.pass(BacklogNotice(of: stream, percent: percent, key: key))
  }
}
