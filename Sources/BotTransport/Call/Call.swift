public import AudioEngine
import CallLog
import Ground
public import Telephony

/// One phone call, as a bot sees it: the caller's audio comes in, speech goes out.
///
/// A call is an actor that runs on its event loop's thread, as its socket and its pacer do, so nothing
/// inside a call is locked or handed between threads. When the platform ends the call, ``MediaCall/audio`` and
/// ``MediaCall/events`` end and speaking throws ``SpeechError/closed``; when the bot returns, what it has said is
/// played to the end and the socket is closed. What every call offers is in ``MediaCall``.
@safe
public actor Call: MediaCall {
  /// The loop the call lives on.
  public nonisolated let loop: EventLoop
  /// What every message reads and changes. The loop's thread does so alone: Swift need not look for
  /// overlapping accesses each time.
  var session: CallSession {
    unsafeAddress { unsafe UnsafePointer(storedAddress(&storedSession)) }
    unsafeMutableAddress { unsafe storedAddress(&storedSession) }
  }
  /// Who waits for the call's media, and what happened to them.
  public var voice: CallVoice {
    unsafeAddress { unsafe UnsafePointer(storedAddress(&storedVoice)) }
    unsafeMutableAddress { unsafe storedAddress(&storedVoice) }
  }

  var socket: WebSocket?
  private let shared: SharedConfiguration
  /// Set while the call is held back until `start` has shown a token.
  var isHeld: Bool

  var timer: LoopTimer?
  /// When the platform sent its newest message.
  var heardAt: MonotonicTime
  /// What becomes of the call's trace; nil where it leaves none.
  var trace: TraceDuty?
  @exclusivity(unchecked) private var storedVoice = CallVoice()
  @exclusivity(unchecked) private var storedSession: CallSession

  /// The request that opened the call's socket, as it came.
  nonisolated let upgrade: UpgradeRequest
  /// Where the call comes from behind proxies that are believed; else the connection's peer.
  nonisolated let clientAddress: String
  /// Who may call, by the rules of when the call came.
  let access: AccessPolicy
  let calls: CallTable
  var limitTimer: LoopTimer?
  var idleTimer: LoopTimer?
  var silenceTimer: LoopTimer?
  /// Which reports of a backlog have been taken.
  var backlogKeys: Set<String> = []

  let connectedAt = WallTime.now
  var startedAt: (wall: WallTime, loop: MonotonicTime)?
  var stop: StreamStop?
  /// Whether the close was ours before it was the platform's.
  var hasClosed = false
  /// Whether the call ends after the current utterance, because the server stops.
  var isLeaving = false
  /// Whether the handshake was done; a socket may be lost before.
  var hasOpened = false
  /// Whether a newer socket of the same stream has taken over.
  var isReplaced = false
  var endWaiters: [CheckedContinuation<Void, Never>] = []
  /// What was told of its end.
  var ending: CallEnding?

  /// What ended the call: the close code, nil where the connection was lost. Set once it is over.
  public internal(set) var closeCode: UInt16?
  /// How long the newest ping took to be answered, by now or when the socket ended; nil without one.
  public var roundTrip: Duration? { socket?.roundTrip ?? lastRoundTrip }
  var lastRoundTrip: Duration?
  /// Whether the socket is gone.
  public internal(set) var isEnded = false

  /// What the server was made with.
  var configuration: ServerConfiguration { shared.value }

  /// The loop, as Swift's executor.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  init(
    loop: EventLoop, request: UpgradeRequest, clientAddress: String, session: CallConfiguration,
    access: AccessPolicy, shared: SharedConfiguration, isHeld: Bool, calls: CallTable
  ) {
    self.loop = loop
    self.clientAddress = clientAddress
    upgrade = request
    let query = URLQuery(
      items: request.query.map { URLQuery.Item(name: $0.name, value: $0.value) })
    unsafe storedSession = CallSession(
      path: request.path, query: query, configuration: session, at: loop.now)
    heardAt = loop.now
    self.shared = shared
    self.access = access
    let configuration = shared.value
    self.isHeld = isHeld
    self.calls = calls
    if configuration.spans != nil { unsafe storedVoice.turns = CallTurns() }
    unsafe storedVoice.turnDesk = session.turnDetector.map { TurnDesk($0) }
    if let tracing = configuration.tracing {
      trace = TraceDuty(tracing)
      let facts = [("accepted", connectedAt.description), ("version", configuration.version ?? "")]
      unsafe storedSession.beginTrace(
        in: TraceRecorder(capacity: tracing.capacity), facts: facts.filter { !$0.1.isEmpty },
        at: loop.now)
    }
  }

  /// Sends audio that belongs to no utterance of the bot's own, as ``MediaCall/send(_:)`` does for any call.
  ///
  /// - Throws: ``SpeechError`` when it cannot be sent.
  public nonisolated func send(_ frame: AudioFrame) async throws(SpeechError) {
    // Other modules would call the general one, made for no call in particular.
    try await sendWhereItRuns(frame)
  }

  /// Asks the platform to press keys towards the caller's end, where it can.
  ///
  /// They leave at once, beside speech that waits. Await an utterance's end first where the order
  /// matters, and press one by one where the far end needs pauses.
  ///
  /// - Parameter keys: 1 to 64 of `0` to `9`, `*`, `#`, `A` to `D`.
  /// - Throws: ``KeyError``, why nothing will be sent.
  public func press(_ keys: String) throws(KeyError) {
    try session.press(keys)
    schedule()
  }

  /// Ends the call now: what waits is dropped and the socket is closed.
  public func hangUp(code: CloseCode = .normal, reason: String = "") {
    session.end(code: code.rawValue, reason: reason, at: loop.now)
    mediaChanged()
  }

  /// Waits until the socket is gone.
  public func ended() async {
    guard !isEnded else { return }
    await withCheckedContinuation { continuation in
      if isEnded { continuation.resume() } else { endWaiters.append(continuation) }
    }
  }

  /// The request that opened the call's socket. Made anew each time: who has not begun costs no search
  /// for secrets.
  public nonisolated var request: CallRequest {
    CallRequest(upgrade, hiding: access)
  }

  /// What the platform sent that could not be used, by kind.
  public var refused: [RefusedInput: Int] { session.refused }

  /// What the platform said when the stream started.
  public var start: StreamStart { session.start ?? StreamStart() }

  /// The platform, once it is known.
  public var platform: Platform? { session.platform }

  /// The wire's format, once the stream has started.
  public var wireFormat: WireFormat? { session.media?.configuration.wire }
}

// For what all calls share.
extension Call {
  /// Whether the stream is over: no more is heard from the caller, and nothing said is heard by him.
  public var isOver: Bool { !session.isLive }

  /// Whether speech is taken.
  public var takesSpeech: Bool { session.isLive }

  /// Throws while nothing new may be said, since the server stops.
  public func checkMaySpeak() throws(SpeechError) {
    guard !isLeaving else { throw .closed }
  }

  /// The same.
  public func speakingError(_ error: SpeechError) -> SpeechError { error }

  /// Lends the call's media; nil before the stream's start.
  public func withMedia<Value, Failure: Error>(
    _ body: (inout MediaSession) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    // A session cannot be copied out of an optional.
    try session.media?.lend(body)
  }

  /// Takes what the media have to tell, and sees to it that what is due is sent.
  public func mediaChanged() {
    takeMediaEvents()
    if isOver { voice.release() }
    schedule()
  }
}

extension MediaSession {
  fileprivate mutating func lend<Value, Failure: Error>(
    _ body: (inout MediaSession) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(&self)
  }
}
