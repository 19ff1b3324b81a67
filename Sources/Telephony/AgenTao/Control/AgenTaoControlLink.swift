public import AudioEngine

/// The control link, sans-IO: one connection after the other, and the calls that are offered on it.
///
/// Whoever drives it does what ``nextAction()`` says, sends what ``poll(into:)`` writes, gives it what
/// happens on the socket, and comes back at ``nextDeadline``. Calls live on without it: when the link
/// is lost and comes back, none of theirs is announced again.
///
/// Not thread-safe: it belongs to one thread or actor.
public struct AgenTaoControlLink: Sendable {
  /// What is to be done.
  public enum Action: Hashable, Sendable {
    /// Open a connection to the server.
    case connect
    /// Give the connection up, with a close frame where it is open.
    case drop(reason: String)
    /// Calls may come.
    case ready(AgenTaoConnection)
    /// Open the call's media link.
    case offer(AgenTaoOffer)
    /// A call is over or somebody else's, says the control link: matters while its media link is not
    /// open, which knows better.
    case withdraw(callID: String, reason: String)
    /// The connection is lost; another attempt comes after the wait.
    case retry(after: Duration, AgenTaoConnectionError)
    /// There will be no other attempt.
    case failed(AgenTaoConnectionError)
  }

  /// What happened so far. Counts only grow.
  public struct Statistics: Hashable, Sendable {
    /// Connections whose setup was completed.
    public var connections = 0
    /// Attempts that failed and connections that were lost.
    public var losses = 0
    /// Calls offered and handed on.
    public var offers = 0
    /// Offers and announcements of what was known already.
    public var duplicates = 0
    /// Claims that were refused: mostly another client was quicker.
    public var claimsRefused = 0
    /// Claims that got no answer.
    public var claimsTimedOut = 0
    /// Offers and announcements dropped because too many were under way.
    public var overflow = 0
    /// Messages that nobody here knows.
    public var ignored = 0
    /// Messages that were no messages.
    public var malformed = 0

    /// Nothing has happened yet.
    public init() {}
  }

  enum State: Hashable {
    case idle
    case connecting(until: MonotonicTime)
    case settingUp(until: MonotonicTime)
    case ready
    case waiting(until: MonotonicTime)
    case stopped
  }

  /// How long a connection may take to open.
  public static let connectTimeout: Duration = .seconds(10)
  /// How long the setup may take after that.
  public static let setupTimeout: Duration = .seconds(10)
  /// How long a claim may take.
  public static let requestTimeout: Duration = .seconds(30)
  /// Claims under way at once, and ended calls remembered against repeated offers.
  static let most = 1_024

  /// The codec.
  public let wire: any AgenTaoWire
  /// What happened so far.
  public internal(set) var statistics = Statistics()

  let rate: SampleRate
  let client: String
  let mostCalls: Int
  let retriesFirst: Bool
  var state = State.idle
  var backoff: AgenTaoBackoff
  var actions: [Action] = []
  var outgoing: [AgenTaoControlOutput] = []
  /// Sessions claimed on this connection, and the claims that wait for an answer.
  var sessions: Set<String> = []
  var claims: [String: (session: String, until: MonotonicTime)] = [:]
  /// Calls in progress, by their identifier, with their sessions.
  var calls: [String: String?] = [:]
  var ended = RecentTable<String, Bool>(capacity: most)

  /// Makes a link that does nothing yet.
  ///
  /// - Parameters:
  ///   - wire: the codec.
  ///   - rate: the rate of all calls.
  ///   - client: who we are, as `name/version`.
  ///   - mostCalls: calls in progress at once; further offers are dropped.
  ///   - retriesFirst: whether a first connection that fails is tried again, as later ones are.
  ///   - firstRetry: the wait after the first failure; it grows from there.
  ///   - seed: for the chance in the waits.
  public init(
    wire: any AgenTaoWire, rate: SampleRate, client: String, mostCalls: Int = 4_096,
    retriesFirst: Bool = false, firstRetry: Duration = AgenTaoBackoff.standardFirst,
    seed: UInt64 = .random(in: .min ... .max)
  ) {
    self.wire = wire
    self.rate = rate
    self.client = client
    self.mostCalls = mostCalls
    self.retriesFirst = retriesFirst
    backoff = AgenTaoBackoff(first: firstRetry, seed: seed)
  }

  /// Whether calls may come.
  public var isReady: Bool { state == .ready }
  /// Whether the link has ended for good.
  public var isStopped: Bool { state == .stopped }

  /// What is to be done next, oldest first.
  public mutating func nextAction() -> Action? {
    actions.isEmpty ? nil : actions.removeFirst()
  }

  /// Writes the next message to the server into `message`, which is emptied first.
  ///
  /// - Returns: whether there is one.
  public mutating func poll(into message: inout MessageBuffer) -> Bool {
    message.removeAll()
    guard !outgoing.isEmpty else { return false }
    wire.encode(outgoing.removeFirst(), into: &message)
    return true
  }

  /// Whether ``poll(into:)`` has something to send.
  public var hasOutput: Bool { !outgoing.isEmpty }

  /// When ``advance(to:)`` must be called next.
  public var nextDeadline: MonotonicTime? {
    switch state {
    case .idle, .stopped: nil
    case .connecting(let until), .settingUp(let until), .waiting(let until): until
    case .ready: claims.values.map(\.until).min()
    }
  }
}
