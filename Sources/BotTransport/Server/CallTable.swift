import Ground
import Telephony

/// The calls of one server that have not ended, each with the task of its bot.
///
/// A platform that tries again may open a second socket for a stream; the newer takes over.
///
/// It is touched when a call opens, starts, ends and when its bot returns, never per message, so one
/// lock serves all loops.
final class CallTable: Sendable {
  private struct State {
    var calls: [ObjectIdentifier: Call] = [:]
    var newest: [StreamName: Call] = [:]
    /// Under which name a call is in `newest`; a platform may rename a stream later.
    var names: [ObjectIdentifier: StreamName] = [:]
    var bots: [ObjectIdentifier: Task<Void, Never>] = [:]
    /// Calls that were given a phase.
    var phases = 0
  }

  private let bot: BotServer.Bot
  private let placement: BotPlacement
  private let known: KnownCalls
  private let peers: (any ServerPeers)?
  private let hasRoom: @Sendable (_ calls: Int) -> Bool
  let metrics = ServerMetrics()
  let guesses = Guesses()
  /// What may become calls.
  let waiting = WaitingSockets()
  private let state = Locked(State())

  /// Makes a table without calls. `known` and `peers` are told of every call that starts; `hasRoom` says
  /// whether a socket that waited may become one more call beside so many.
  init(
    bot: @escaping BotServer.Bot, placement: BotPlacement, known: KnownCalls = KnownCalls(),
    peers: (any ServerPeers)? = nil,
    hasRoom: @escaping @Sendable (_ calls: Int) -> Bool = { _ in true }
  ) {
    self.bot = bot
    self.placement = placement
    self.known = known
    self.peers = peers
    self.hasRoom = hasRoom
  }

  /// How many calls have not ended.
  var count: Int { state.withLock { $0.calls.count } }

  /// The calls that `loop` carries.
  func live(on loop: EventLoop) -> [Call] {
    state.withLock { $0.calls.values.filter { $0.loop === loop } }
  }

  /// Whether no call and no bot is left.
  var isEmpty: Bool { state.withLock { $0.calls.isEmpty && $0.bots.isEmpty } }

  /// What the next call sends ahead of the others: multiples of the golden section of 20 ms, which
  /// however many there are lie evenly.
  func nextPhase() -> Duration {
    let number = state.withLock { state in
      state.phases &+= 1
      return state.phases
    }
    return .microseconds((number & 0xFFFF) * 12_361 % 20_000)
  }

  /// A socket that waits for its token; the oldest goes where there are too many.
  func waits(_ call: Call) {
    guard let oldest = waiting.enter(call) else { return }
    metrics.refused(.waiting)
    // It may be on another loop.
    Task { await oldest.hangUp(code: .policyViolation, reason: "no token came in time") }
  }

  /// A socket that waited has shown a token and becomes a call, where there is room for one.
  func admitted(_ call: Call) -> Bool {
    waiting.leave(call)
    guard hasRoom(count) else {
      metrics.refused(.calls)
      return false
    }
    opened(call)
    return true
  }

  func opened(_ call: Call) {
    metrics.opened()
    state.withLock { $0.calls[ObjectIdentifier(call)] = call }
  }

  /// Gives the call its bot, and ends an older socket of the same stream.
  func started(_ call: Call, _ start: StreamStart, on platform: Platform?) {
    metrics.started(on: platform)
    let identifiers = [start.callSID, start.streamSID, start.legSID]
    known.note(identifiers)
    if let callSID = start.callSID {
      let name = StreamName(
        platform: platform, callSID: callSID, streamSID: start.streamSID)
      let older = state.withLock { state in
        state.names[ObjectIdentifier(call)] = name
        let older = state.newest.updateValue(call, forKey: name)
        // In the order in which they are here: one that ends meanwhile is told of afterwards.
        peers?.started(name, identifiers: identifiers.compactMap(\.self))
        return older
      }
      // It may be on another loop.
      if let older { Task { await older.replace() } }
    }
    let key = ObjectIdentifier(call)
    let preference: (any TaskExecutor)? = placement == .callLoop ? call.loop : nil
    // Stored before it can end: its removal waits for the lock.
    state.withLock { state in
      state.bots[key] = Task(executorPreference: preference) { [self] in
        do {
          switch placement {
          case .pool: try await call.carry(by: bot)
          case .callLoop: try await call.carryInside(by: bot)
          }
          await call.botReturned()
        } catch {
          if await call.botFailed(error) { metrics.botFailed(error) }
        }
        self.state.withLock { _ = $0.bots.removeValue(forKey: key) }
      }
    }
  }

  /// The newest live socket of a stream; nil where there is none here.
  func newest(of stream: StreamName) -> Call? { state.withLock { $0.newest[stream] } }

  /// The live streams of that identifier, or of a call of that identifier.
  func named(_ sid: String) -> [Call] {
    state.withLock { state in
      state.newest.filter { $0.key.callSID == sid || $0.key.streamSID == sid }.map(\.value)
    }
  }

  func ended(_ call: Call) {
    waiting.leave(call)
    let key = ObjectIdentifier(call)
    state.withLock { state in
      state.calls.removeValue(forKey: key)
      guard let name = state.names.removeValue(forKey: key), state.newest[name] === call else {
        return
      }
      state.newest.removeValue(forKey: name)
      peers?.ended(name)
    }
  }

  /// Closes every call with 1001 once its current utterance was heard, each at most after `timeout`.
  func leave(within timeout: Duration) async {
    for call in waiting.calls { await call.hangUp(code: .goingAway, reason: "server stops") }
    let calls = state.withLock { Array($0.calls.values) }
    await withTaskGroup { group in
      for call in calls { group.addTask { await call.leave(within: timeout) } }
    }
  }

  /// Closes every call with 1001 and waits for the bots, which find their call ended; those that do
  /// not return in time are cancelled and left behind.
  func stop(within timeout: Duration) async {
    let calls = state.withLock { Array($0.calls.values) } + waiting.calls
    for call in calls { await call.hangUp(code: .goingAway, reason: "server stops") }
    await drain(within: timeout)
    for bot in state.withLock({ Array($0.bots.values) }) { bot.cancel() }
  }

  /// Waits until no call and no bot is left, at most for `timeout`.
  func drain(within timeout: Duration) async {
    let clock = ContinuousClock()
    let deadline = clock.now + timeout
    while !isEmpty, clock.now < deadline {
      // The task that runs this has been cancelled, so Task.sleep would return at once.
      await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
  }
}
