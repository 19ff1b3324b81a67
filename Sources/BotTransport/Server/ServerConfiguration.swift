public import AudioEngine
public import CallLog
public import Telephony

/// How a server treats its calls.
public struct ServerConfiguration: Sendable {
  /// How each call's media are carried.
  public var call: CallConfiguration
  /// How many event loops carry the calls: each a thread with a listening socket of its own, among which
  /// the system spreads the connections. At least 1; more than there are cores gains nothing.
  public var loopCount = 1
  /// How long a busy loop lets messages, and what is due, come together before it serves them, 0 to 20 ms:
  /// fewer wake-ups, for which everything is so much later at most.
  public var batch: Duration = .zero
  /// Makes what hears callers instead of ``CallConfiguration/bargeInDetector`` in calls that come to a
  /// loop which nears ``ServerLimits/lateness``: something that costs less. nil: the same as ever.
  public var spareDetector: (@Sendable () -> any SpeechDetector)?
  /// How connections are accepted: sizes and deadlines.
  public var listener: ListenerOptions
  /// Sockets that listen already, from a service manager or a predecessor; with one or more of them the
  /// server's host and port say nothing. See ``Inheritance``.
  public var sockets: [ListeningSocket] = []
  /// Who may open a socket. A late token, in the parameters of `start`, holds the call back from its
  /// bot until it has come; without it the socket is closed with 1008.
  public var access: AccessPolicy
  /// How platforms reach the server, where that is not its own address.
  public var reach = Reach()
  /// Judges that know better than ``access``, such as one that checks a platform's signature. The first
  /// that has an opinion decides; nil leaves it to the next, and at last to ``access``. They are given
  /// the platform that the path names, if any, as whoever carries the call reads it. Called on the
  /// event loop's thread: they answer at once.
  public var upgradeJudges: [@Sendable (UpgradeRequest, Platform?) -> AccessPolicy.Decision?] = []
  /// The platforms whose every upgrade is judged by ``upgradeJudges``. A server with any, or with a told
  /// ``reach``, is taken for one that strangers reach: without ``access`` it carries these alone.
  public var guardedPlatforms: Set<Platform> = []
  /// Whether a server without any access policy may listen where others than this machine reach it.
  public var admitsStrangers: Bool
  /// What is answered to plain HTTP requests on the same port.
  public var routes: HTTPRoutes
  /// Takes WebSockets that are no calls, such as those of a page, ahead of all else; nil for what is not
  /// its own. Called on the thread of the event loop that carries the socket: it answers at once.
  public var otherSockets: (@Sendable (UpgradeRequest, EventLoop) -> UpgradeDecision?)?
  /// Takes what is said of live calls beside their sockets to them.
  public let notices = CallNotices()
  /// The other servers of the service; nil for a server that is alone. See ``ServerPeers``.
  public var peers: (any ServerPeers)?
  /// Where bots run.
  public var botPlacement: BotPlacement
  /// Where each call's end is written down; nil for nowhere.
  public var callLog: CallLogWriter?
  /// Takes each stream that is over, for traces of a whole service; nil for nobody.
  public var spans: (any CallSpans)?
  /// Whether the server refuses to begin where the call log cannot be opened. Without this calls are
  /// carried all the same, and the log is tried again.
  public var requiresCallLog = false
  /// Says where a call is recorded, when its stream starts; nil for a call that is not, and by default
  /// none is. Called on the event loop's thread: it answers at once. A bot may also do it itself, with
  /// ``MediaCall/record(to:)``.
  public var recording: (@Sendable (StreamStart, Platform?) -> (any RecordingSink)?)?
  /// What became of recordings, for `/metrics`; nil where nothing is recorded. Called on any thread: it
  /// answers at once.
  public var recordingCounts: (@Sendable () -> RecordingCounts)?
  /// Which calls leave a trace; nil for none.
  public var tracing: CallTracing?
  /// What became of traces, as ``recordingCounts``.
  public var traceCounts: (@Sendable () -> RecordingCounts)?
  /// How long a stream may last, by platform; then it is closed with 1000. nil: as long as each entry
  /// of ``call``'s registry says in ``PlatformRegistry/Entry/longestStream``.
  public var durationLimits: [Platform: Duration]?
  /// Silence that is sent where the bot says nothing; see ``DownlinkSilence``.
  public var silence: DownlinkSilence
  /// A ping goes out this often, so that no balancer finds the socket idle; nil for none.
  public var pingInterval: Duration?
  /// How much is taken on.
  public var limits = ServerLimits()
  /// Is told what happens; nil for nobody.
  public var log: ServerLog?
  /// Whether `/healthz`, `/readyz` and `/metrics` are answered, to anybody: they hold counts and no names.
  public var isWatched = true
  /// The program's version, for the series `sidetone_build_info`; nil for none.
  public var version: String?
  /// How long running calls may go on by themselves once the server is told to stop, while new ones
  /// are refused with 503. Those that last longer are closed with 1001 after their current utterance;
  /// with 0 all are closed at once.
  public var drainTimeout: Duration = .zero
  /// How long the utterance that is being said at the end of ``drainTimeout`` may still take.
  public var lastUtteranceTimeout: Duration = .seconds(10)
  /// How long a stopping server waits for its bots before it gives up on them.
  public var stopTimeout: Duration

  /// Makes a configuration.
  public init(
    call: CallConfiguration = CallConfiguration(),
    listener: ListenerOptions = ListenerOptions(),
    access: AccessPolicy = AccessPolicy(),
    admitsStrangers: Bool = false,
    routes: HTTPRoutes = HTTPRoutes(),
    botPlacement: BotPlacement = .pool,
    callLog: CallLogWriter? = nil,
    durationLimits: [Platform: Duration]? = nil,
    silence: DownlinkSilence = .none,
    pingInterval: Duration? = .seconds(20),
    stopTimeout: Duration = .seconds(5)
  ) {
    self.call = call
    self.listener = listener
    self.access = access
    self.admitsStrangers = admitsStrangers
    self.routes = routes
    self.botPlacement = botPlacement
    self.callLog = callLog
    self.durationLimits = durationLimits
    self.silence = silence
    self.pingInterval = pingInterval
    self.stopTimeout = stopTimeout
  }

  /// How long a stream of `platform` may last; nil for ever.
  func longestStream(on platform: Platform) -> Duration? {
    guard let durationLimits else { return call.platforms.entry(for: platform)?.longestStream }
    return durationLimits[platform]
  }

  /// Has `judge` decide about every upgrade whose path names `platform`, as ``upgradeJudges`` does, and
  /// has its calls found by their path alone: what is recognised by its first message has met no judge.
  public mutating func guardUpgrades(
    of platform: Platform, _ judge: @escaping @Sendable (UpgradeRequest) -> AccessPolicy.Decision
  ) {
    guardedPlatforms.insert(platform)
    upgradeJudges.append { request, named in named == platform ? judge(request) : nil }
    for index in call.platforms.entries.indices
    where call.platforms.entries[index].platform == platform {
      call.platforms.entries[index].recognise = { _ in .no }
    }
  }
}

/// Which threads run the bots' code.
public enum BotPlacement: Hashable, Sendable {
  /// Swift's pool: a bot that computes or blocks hurts itself alone. Each frame that is handed over costs
  /// a wake-up of another thread.
  case pool
  /// The call's event loop, by a task executor preference: nothing hops between threads, and a bot
  /// that only awaits costs least. Whatever it does between two awaits holds up every other call of its
  /// loop, so it must neither block nor compute for longer than a millisecond.
  case callLoop
}

/// Silence that a server sends on a bot's behalf, for platforms that judge a stream by its downlink.
///
/// Off by default: each piece is heard as silence, but a bot's audio is then no longer all that goes
/// out, and an echo no longer the same bytes. Never sent on a one-way stream. One platform documents a
/// limit of 10 s that may mean the first audio; a cut after a minute without any was reported.
public struct DownlinkSilence: Hashable, Sendable {
  /// One piece right after the stream's start.
  public var atStart: Bool
  /// One piece whenever nothing was sent for so long; nil for never.
  public var whenIdle: Duration?

  /// No silence but the bot's own.
  public static let none = DownlinkSilence(atStart: false, whenIdle: nil)

  /// Makes a rule.
  public init(atStart: Bool, whenIdle: Duration?) {
    precondition(
      whenIdle.map { $0 >= .seconds(1) } ?? true, "silence is sent once a second at most")
    self.atStart = atStart
    self.whenIdle = whenIdle
  }
}

/// A server's configuration where all its calls refer to it: it is large.
final class SharedConfiguration: Sendable {
  let value: ServerConfiguration

  init(_ value: ServerConfiguration) {
    self.value = value
  }
}
