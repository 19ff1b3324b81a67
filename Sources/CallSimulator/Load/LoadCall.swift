import AudioEngine
import Sockets

/// One caller of a load, on the load's loop: its socket, its timer and what it hears.
final class LoadCall: WebSocketDelegate, @unchecked Sendable {
  // Unchecked: all state is confined to the loop's thread.

  /// What became of the call.
  enum End: Hashable {
    case closed(UInt16)
    /// It never opened, or broke.
    case failed(String)
  }

  private(set) var ear: LoadEar
  private(set) var judge: LoadJudge
  /// How late this side's own messages left, which is not the bot's fault.
  private(set) var ownLateness = LatenessTable()
  /// From the start to the first audio.
  private(set) var firstAudio: Duration?
  private(set) var interruptions: LoadInterruptions
  /// Audio that some other call has said.
  private(set) var foreign = 0
  private(set) var end: End?
  var sentMessages: Int { wire.messages }
  /// What an echo must have given back by now: all that was said before ``stop(at:)``.
  private(set) var expectedBytes = 0

  private let loop: EventLoop
  private let plan: LoadPlan
  private let rules: JudgeRules
  private var wire: LoadWire
  private var timer: LoopTimer?
  private var socket: WebSocket?
  private var openedAt: MonotonicTime?
  private var nextMedia = MonotonicTime.zero
  /// Media messages that wait for the socket.
  private var due = 0
  private var hasStarted = false
  private var needsCleared = false
  private var stopping: MonotonicTime?
  private var stoppedAt: MonotonicTime?
  private var hasClosed = false
  private var marks: [(name: String, at: Int64)] = []
  private let ended: (LoadCall) -> Void

  init(
    _ index: Int, plan: LoadPlan, saying sounds: LoadSounds, on loop: EventLoop,
    ended: @escaping (LoadCall) -> Void
  ) {
    self.loop = loop
    self.plan = plan
    self.ended = ended
    wire = LoadWire(plan, index: index, sounds)
    interruptions = LoadInterruptions(saying: sounds.interruption, every: plan.interruptEvery)
    ear = LoadEar(plan.dialect.wire)
    rules = plan.rules
    judge = LoadJudge(rules, plan.dialect.wire)
    timer = LoopTimer(loop: loop) { [weak self] in self?.timerFired() }
  }

  /// Opens the socket; ``end`` says what became of it.
  func place(to address: BotAddress) {
    var headers = HTTPHeaders()
    if let authorization = address.authorization {
      headers.append("authorization", authorization)
    }
    do {
      socket = try WebSocketConnector.connect(
        loop: loop, url: address.url, headers: headers, delegate: self)
    } catch {
      finish(.failed("\(error)"))
    }
  }

  /// Opens the socket that an answer named.
  func place(as directions: DialDirections) {
    guard end == nil else { return }
    guard let text = directions.address, let address = try? BotAddress(text) else {
      return finish(.failed(directions.problems.first ?? "the answer names no address"))
    }
    place(to: address)
  }

  /// Speaks up at `time`.
  func interrupt(at time: MonotonicTime) { interruptions.begin(at: time) }

  /// Lets what was said until now be heard, and hangs up. The caller's line stays open meanwhile, as
  /// any does, so that the echo does not run dry.
  func stop(at time: MonotonicTime) {
    guard end == nil else { return }
    stopping = time
    expectedBytes = wire.messages * wire.payloadBytes
    interruptions.end()
  }

  /// Gives up.
  func cut() {
    guard end == nil else { return }
    socket?.abort(reason: "the load's patience is over")
  }

  // The socket.

  func socketDidOpen(_ socket: WebSocket) {
    openedAt = loop.now
    nextMedia = loop.now + plan.cadence
    socket.requestWrite()
    arm()
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    let now = loop.now
    guard judge.admits(isStarted: hasStarted, sinceStop: stoppedAt.map { now - $0 }) else { return }
    let read = LoadMessage(message, plan.dialect.events)
    judgeAddress(of: read)
    switch read.kind {
    case .media(let range): hear(message.extracting(range), at: now)
    case .mark(let name):
      judge.marked(after: ear.bytes)
      if marks.count < 256 { marks.append((name, max(ear.end, now.nanoseconds))) }
      arm()
    case .clear:
      interruptions.cleared(at: now)
      judge.cleared()
      ear.clear()
      needsCleared = true
      if plan.dialect.returnsMarks {
        for index in marks.indices { marks[index].at = now.nanoseconds }
      } else {
        marks.removeAll()
      }
      socket.requestWrite()
    case .other: break
    case .invalid(let reason): judge.note(.invalidMessage, reason)
    }
  }

  /// Whether a message is for this stream and one that the platform knows; its audio is heard all the
  /// same, so that a load measures echoes of every kind.
  private func judgeAddress(of message: LoadMessage) {
    if case .invalid = message.kind { return }
    if !message.isKnown {
      judge.note(.unknownEvent, "an unknown event: \(BotText.excerpt(message.event.utf8))")
    }
    if let stream = message.stream {
      guard stream != wire.stream else { return }
      judge.note(
        .wrongStream, "a message for the stream \(BotText.excerpt(stream.utf8)), not for its own")
    } else if plan.dialect.needsStream {
      judge.note(.wrongStream, "a message that names no stream")
    }
  }

  private func hear(_ text: RawSpan, at now: MonotonicTime) {
    guard let payload = judge.payload(of: text) else { return }
    if ear.messages == 0, let openedAt { firstAudio = now - openedAt }
    interruptions.heard(at: now)
    if plan.bot == .echoes, !wire.mayBeOwn(text) { foreign += 1 }
    let before = ear.bytes
    let gap = ear.hear(payload.count, at: now)
    judge.heard(
      payload, after: gap, bytes: before, ahead: .nanoseconds(max(ear.end - now.nanoseconds, 0)))
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    judge.note(
      .binaryMessage, "a binary message of \(message.byteCount.grouped) bytes; text only is taken")
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    defer { if hasMore { socket.requestWrite() } }
    if !hasStarted {
      hasStarted = true
      wire.start(into: &buffer)
      return .text
    }
    if needsCleared {
      needsCleared = false
      if wire.cleared(into: &buffer) { return .text }
    }
    if due > 0 {
      due -= 1
      wire.media(interrupting: interruptions.message(at: loop.now), into: &buffer)
      return .text
    }
    if let mark = marks.first, mark.at <= loop.now.nanoseconds {
      marks.removeFirst()
      wire.played(mark.name, into: &buffer)
      return .text
    }
    if let stopping, stoppedAt == nil, loop.now >= stopping + LoadPlan.tail {
      stoppedAt = loop.now
      due = 0
      wire.stop(into: &buffer)
      arm()
      return .text
    }
    if let closing, loop.now >= closing, !hasClosed {
      hasClosed = true
      judge.leftOpen()
      return .close(.normal, reason: "")
    }
    return .nothing
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    // After the stop a connection that breaks loses nothing.
    if openedAt == nil || code == nil && stoppedAt == nil {
      finish(.failed(reason))
    } else {
      judge.closed(code: code ?? 1006, isStopped: stoppedAt != nil)
      finish(.closed(code ?? 1006))
    }
  }

  // Time.

  /// When this side closes the socket itself, as the platform does with a bot that leaves it open.
  private var closing: MonotonicTime? { stoppedAt.map { $0 + rules.closeGrace } }

  private var hasMore: Bool {
    due > 0 || needsCleared || marks.first.map { $0.at <= loop.now.nanoseconds } ?? false
  }

  private func timerFired() {
    guard end == nil else { return }
    let now = loop.now
    while nextMedia <= now, stoppedAt == nil {
      ownLateness.add(now - nextMedia)
      due += 1
      nextMedia = nextMedia + plan.cadence
    }
    socket?.requestWrite()
    arm()
  }

  private func arm() {
    guard end == nil, openedAt != nil else { return }
    if let closing {
      if !hasClosed { timer?.arm(at: max(closing, loop.now)) }
      return
    }
    var next = nextMedia
    if let mark = marks.first { next = min(next, MonotonicTime(nanoseconds: mark.at)) }
    if let stopping { next = min(next, stopping + LoadPlan.tail) }
    timer?.arm(at: max(next, loop.now))
  }

  private func finish(_ end: End) {
    guard self.end == nil else { return }
    self.end = end
    timer?.cancel()
    timer = nil
    socket = nil
    ended(self)
  }
}
