public import Telephony

/// The other servers of a service that runs on several, as one of them sees them; the module `Fleet` has
/// one that finds them by Redis.
///
/// Whatever becomes of the others, a server goes on alone: nothing here may fail, and nothing but
/// ``knows(anyOf:)``, ``handOff(of:)``, ``calls(atMost:)``, ``leave()`` and ``end()`` may wait. Called on any thread.
public protocol ServerPeers: Sendable {
  /// The server has begun and takes calls.
  func begin(_ server: ServedCalls)

  /// Chooses where the stream of a new call goes.
  ///
  /// - Parameters:
  ///   - own: this server, as whoever asks reaches it.
  ///   - hint: what keeps calls together that belong together, such as the caller's number.
  /// - Returns: `own`, or another server of the service.
  func address(for own: PublicAddress, hint: String?) -> PublicAddress

  /// A stream has begun here; it may be one that goes on elsewhere, which is then over there.
  ///
  /// - Parameters:
  ///   - stream: which.
  ///   - identifiers: all that callbacks may call it or its call.
  func started(_ stream: StreamName, identifiers: [String])

  /// A stream that began here has ended.
  func ended(_ stream: StreamName)

  /// Tells whoever carries the stream of a backlog at its platform.
  func pass(_ backlog: BacklogNotice)

  /// Whether one of `identifiers` is a live call's, wherever it is carried. Waits for a second at most.
  func knows(anyOf identifiers: [String]) async -> Bool

  /// Keeps for all servers where a call goes on that its bot here hands over, for as long as its platform may
  /// ask one of them. Told before the call's stream ends.
  func keep(handOff branch: Int, of callSID: String)

  /// Where a call goes on that was handed over on another server; nil for one that was not. A call that is live
  /// still may be handed over at this moment: then it waits, for a second at most.
  func handOff(of callSID: String) async -> Int?

  /// What the other servers carry now, so many calls of it at most; nil where that cannot be known. Waits for a
  /// second at most.
  func calls(atMost count: Int) async -> PeerCalls?

  /// The server will take no more calls soon: returns once the others send it none, after seconds at most,
  /// also in a task that has been cancelled.
  func leave() async

  /// The server is done. Waits for seconds at most, also in a task that has been cancelled.
  func end() async

  /// What became of all this so far.
  var counts: PeerCounts { get }
}

/// What a platform calls a stream. Only streams that have a call's name can be told apart.
public struct StreamName: Hashable, Sendable {
  /// The platform; nil for an unknown one.
  public let platform: Platform?
  /// The call's identifier.
  public let callSID: String
  /// The stream's; nil for one without.
  public let streamSID: String?

  /// Names a stream.
  public init(platform: Platform?, callSID: String, streamSID: String?) {
    self.platform = platform
    self.callSID = callSID
    self.streamSID = streamSID
  }
}

/// A platform's word of a live stream whose audio it cannot get rid of.
public struct BacklogNotice: Hashable, Sendable {
  /// Whose.
  public let stream: StreamName
  /// How full the platform's buffer is, where it says so.
  public let percent: Int?
  /// Equal for what is one report.
  public let key: String

  /// Makes a notice.
  public init(of stream: StreamName, percent: Int?, key: String) {
    self.stream = stream
    self.percent = percent
    self.key = key
  }
}

/// What became of a server's dealings with its peers, for `/metrics`.
public struct PeerCounts: Hashable, Sendable {
  /// Whether the registry of the servers answers.
  public var isRegistryUp = false
  /// Servers in it, this one too.
  public var servers = 0
  /// Where new calls were sent, by a word for why: a closed set.
  public var assignments: [String: Int] = [:]
  /// Streams of other servers' that went on here.
  public var takenOver = 0
  /// Streams of this server's that went on elsewhere.
  public var lost = 0
  /// Notices and orders for streams of others, by whether they found them.
  public var passed = 0
  /// The rest of them.
  public var unpassed = 0

  /// Makes counts of nothing.
  public init() {}
}

extension MetricsPage {
  /// The series of a server among others.
  mutating func add(_ counts: PeerCounts) {
    add(
      "sidetone_fleet_registry_up", "Whether the registry of the nodes answers.", "gauge",
      [("", counts.isRegistryUp ? 1 : 0)])
    add(
      "sidetone_fleet_nodes", "Nodes in the registry, as last read.", "gauge",
      [("", counts.servers)])
    add(
      "sidetone_fleet_assignments_total", "New calls that were told where to go, by outcome.",
      "counter",
      counts.assignments.sorted { $0.key < $1.key }.map { ("{outcome=\"\($0.key)\"}", $0.value) })
    add(
      "sidetone_fleet_streams_moved_total",
      "Streams whose newer socket came to another node: from there to here, or away.", "counter",
      [("{direction=\"here\"}", counts.takenOver), ("{direction=\"away\"}", counts.lost)])
    add(
      "sidetone_fleet_notices_total",
      "Notices for calls of other nodes, by whether they were passed on.",
      "counter",
      [("{outcome=\"passed\"}", counts.passed), ("{outcome=\"nobody\"}", counts.unpassed)])
  }
}
