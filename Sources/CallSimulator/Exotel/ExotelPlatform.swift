public import AudioEngine

/// Exotel AgentStream's side of a Voicebot call: it greets, starts the stream, sends the caller's
/// voice, plays what the bot sends, echoes marks, and stops. It reads the bot's messages with
/// Foundation and judges them by ``JudgeRules``, independently of the code that Sidetone's own
/// server writes them with.
public struct ExotelPlatform: SimulatedPlatform {
  /// The caller's side of the call.
  public let script: CallerScript
  let options: Options
  var ledger: CallLedger
  var writer: ExotelWriter
  private var schedule: CallerSchedule?
  private var phase = Phase.idle
  /// Echoes that a clear has made due at once; at most one clear's worth.
  var promptEchoes: [String] = []
  /// Messages of the other legs that ring, for the time of the last one.
  private var otherLegs: [[UInt8]] = []

  private enum Phase: Hashable {
    case idle
    case greeting
    case starting(at: MonotonicTime)
    case streaming
    /// `stop` has been sent; the bot may close until then.
    case stopping(until: MonotonicTime)
    case closing
    case over
  }

  /// What can be chosen about the platform.
  public struct Options: Hashable, Sendable {
    /// How messages are spelt.
    public var dialect = ExotelDialect()
    /// What is judged.
    public var rules = JudgeRules.exotel
    /// What becomes of marks at a clear.
    public var marksAtClear = PlayoutLine.MarksAtClear.dropped
    /// The time between `connected` and `start`.
    public var startDelay: Duration = .zero
    /// What `custom_parameters` hold; the dialect says how.
    public var parameters = ["ref": "c-8817", "lang": "hi-IN"]
    /// The stream's id, by default of the shape seen on the wire.
    public var streamSID = "3f91c27ad04e8b56a1d7e0c49b2f6a18bk"
    /// Whose audio the stream holds: that many telephones ring at once where a Connect applet calls them,
    /// and the first of them is answered.
    public var legs = 1
    /// The call's id.
    public var callSID = "b7d25e90f3a84c1690ee57a2c8416d18bk"

    /// The documented platform.
    public init() {}
  }

  /// Makes a platform that has not connected yet.
  public init(script: CallerScript, options: Options = Options()) {
    self.script = script
    var options = options
    // A bot that answers a hurried caller at once runs ahead of the ear through no fault of its own.
    if script.speed > 1 { options.rules.longestLead = options.rules.capacity }
    self.options = options
    ledger = CallLedger(
      rules: options.rules, format: script.format, provider: "exotel",
      interruptsAt: script.interrupts ? script.firstLoudByte : nil)
    writer = ExotelWriter(
      dialect: options.dialect, streamSID: options.streamSID, callSID: options.callSID,
      format: script.format, parameters: options.parameters)
  }

  /// The upgrade has succeeded: `connected` and `start` are due.
  public mutating func opened(at now: MonotonicTime) {
    guard phase == .idle else { return }
    phase = .greeting
    ledger.opened(at: now)
  }

  /// When the next message or the closing of the socket is due.
  public var nextDeadline: MonotonicTime? {
    switch phase {
    case .idle, .over, .closing: nil
    case .greeting: .zero
    case .starting(let start): start
    case .streaming:
      promptEchoes.isEmpty && otherLegs.isEmpty
        ? [schedule?.due(hearing: ledger.line), ledger.line?.nextMark]
          .compactMap(\.self).min()
        : .zero
    case .stopping(let until): until
    }
  }

  /// The next message that is due, in the order the platform would send it.
  public mutating func poll(at now: MonotonicTime) -> PlatformAction? {
    switch phase {
    case .idle, .over, .closing:
      return nil
    case .greeting:
      phase = .starting(at: now + options.startDelay)
      return writer.connected().map { .send($0) } ?? poll(at: now)
    case .starting(let start):
      guard start <= now else { return nil }
      phase = .streaming
      schedule = CallerSchedule(script, start: now)
      ledger.started(
        line: PlayoutLine(
          format: script.format, origin: now, unitBytes: options.rules.multipleBytes,
          marksAtClear: options.marksAtClear))
      return .send(writer.start())
    case .streaming:
      return echo(at: now) ?? step(at: now)
    case .stopping(let until):
      guard until <= now else { return nil }
      phase = .closing
      return .close(code: 1000)
    }
  }

  private mutating func echo(at now: MonotonicTime) -> PlatformAction? {
    let name = promptEchoes.isEmpty ? ledger.line?.takeMark(at: now) : promptEchoes.removeFirst()
    guard let name else { return nil }
    ledger.echoedMark()
    return .send(writer.mark(name))
  }

  private mutating func step(at now: MonotonicTime) -> PlatformAction? {
    if let message = otherLegs.popLast() { return .send(message) }
    switch schedule?.take(at: now, hearing: ledger.line) {
    case nil:
      return nil
    case .speak(let audio, let chunk, let endsAtMs):
      let offset = ledger.spokenBytes
      ledger.spoke(audio, at: now)
      let message = writer.media(audio, chunk: chunk, endsAtMs: endsAtMs)
      for number in 1..<max(options.legs, 1) {
        let ringing = RingingLeg(format: script.format, number: number)
          .audio(at: offset, count: audio.count)
        otherLegs.insert(
          writer.media(ringing[...], chunk: chunk, endsAtMs: endsAtMs), at: 0)
      }
      return .send(message)
    case .press(let digit):
      return .send(writer.press(digit))
    case .hangUp:
      ledger.stopped(at: now)
      phase = .stopping(until: now + options.rules.closeGrace)
      return .send(writer.stop())
    }
  }

  /// A live caller does something.
  public mutating func perform(_ act: CallerAct) { schedule?.perform(act) }

  /// The way to the caller's ear.
  public var line: PlayoutLine? { ledger.line }

  /// The socket has ended.
  public mutating func closed(code: Int, by side: CallReport.Side, at now: MonotonicTime) {
    guard phase != .over else { return }
    phase = .over
    ledger.closed(code: code, by: side, at: now)
  }

  /// The call did not come up, or was given up.
  public mutating func failed(_ sentence: String, at now: MonotonicTime) {
    guard phase != .over else { return }
    phase = .over
    ledger.note(.connection, sentence)
  }

  /// Whether the call has ended or failed.
  public var isOver: Bool { phase == .over }

  /// What the caller has said so far.
  public var said: WaveFile { ledger.said(by: schedule) }

  /// How far the call has come.
  public func progress(at now: MonotonicTime) -> CallProgress { ledger.progress(at: now) }

  /// The verdict and the figures as they stand at `now`.
  public func report(at now: MonotonicTime) -> CallReport {
    ledger.finished(schedule, at: now)
  }

  /// What the caller has heard by `now`, or by the stop where that was sooner.
  public func heard(at now: MonotonicTime) -> WaveFile {
    let end = min(now, ledger.stoppedAt ?? now)
    return ledger.line?.heard(until: end) ?? WaveFile(rate: script.format.rate, samples: [])
  }
}
