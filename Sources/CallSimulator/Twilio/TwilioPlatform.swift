public import AudioEngine
import Sockets
import Telephony

/// Twilio's side of a `<Connect><Stream>`: it greets, starts the stream, sends the caller's voice, plays what
/// the bot queues, gives marks back when they have been played, and all of them when the bot clears; at the
/// end it says `stop` and closes the socket. It reads the bot's messages with Foundation and judges them by
/// ``JudgeRules``, independently of the code that Sidetone's own server writes them with.
public struct TwilioPlatform: SimulatedPlatform {
  /// The caller's side of the call: mu-law at 8 kHz.
  public let script: CallerScript
  let options: Options
  var ledger: CallLedger
  var writer: TwilioWriter
  private var schedule: CallerSchedule?
  private var phase = Phase.idle
  private var noiseSent = 0
  private var spokenMessages = 0
  /// The other track's share of the last message.
  private var otherTrack: [UInt8]?
  /// Marks that a clear has given back; at most one clear's worth and what waited.
  var promptEchoes: [String] = []

  private enum Phase: Hashable {
    case idle
    case greeting
    case starting
    case streaming
    /// `stop` has been sent; the socket is closed next.
    case closing
    case closed
    case over
  }

  /// What can be chosen about the platform.
  public struct Options: Hashable, Sendable {
    /// How messages are spelt.
    public var dialect = TwilioDialect()
    /// What is judged.
    public var rules = JudgeRules.twilio
    /// Whether the bot must give back the caller's audio byte for byte.
    public var expectsEcho = false
    /// The auth token that the upgrade is signed with; unsigned where nil.
    public var signingToken: String?
    /// What `customParameters` hold; nil for an example.
    public var parameters: [String: String]?
    /// Whose audio the stream carries: `inbound`, `outbound` or both; the latter is silent here.
    public var tracks = ["inbound"]
    var identity = TwilioWriter.Identity()

    /// The documented platform.
    public init() {}

    /// The stream's sid.
    public var streamSID: String {
      get { identity.stream }
      set { identity.stream = newValue }
    }
    /// The call's sid.
    public var callSID: String {
      get { identity.call }
      set { identity.call = newValue }
    }
  }

  /// Makes a platform that has not connected yet.
  public init(script: CallerScript, options: Options = Options()) {
    self.script = script
    self.options = options
    var rules = options.rules
    rules.expectsEcho = rules.expectsEcho || options.expectsEcho
    ledger = CallLedger(
      rules: rules, format: script.format, provider: "twilio",
      interruptsAt: script.interrupts ? script.firstLoudByte : nil)
    writer = TwilioWriter(
      dialect: options.dialect, identity: options.identity,
      parameters: options.parameters, tracks: options.tracks)
  }

  /// The signature over the address as it is dialled.
  public func handshake(for url: String) -> Handshake {
    guard let token = options.signingToken,
      let signer = TwilioSigner(
        tokens: [token], sha1: { HMACSHA1.code(key: $0, message: $1) },
        sha256: { HMACSHA256.code(key: $0, message: $1) }),
      let signature = signer.signature(of: TwilioSignedRequest(url))
    else { return Handshake() }
    return Handshake(headers: [("x-twilio-signature", signature)])
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
    case .idle, .over, .closed: nil
    case .greeting, .starting, .closing: .zero
    case .streaming:
      promptEchoes.isEmpty && otherTrack == nil
        ? [schedule?.due(hearing: ledger.line), ledger.line?.nextMark]
          .compactMap(\.self).min()
        : .zero
    }
  }

  /// The next message that is due, in the order the platform would send it.
  public mutating func poll(at now: MonotonicTime) -> PlatformAction? {
    switch phase {
    case .idle, .over, .closed:
      return nil
    case .greeting:
      phase = .starting
      return writer.connected().map { .send($0) } ?? poll(at: now)
    case .starting:
      phase = .streaming
      schedule = CallerSchedule(script, start: now)
      ledger.started(
        line: PlayoutLine(format: script.format, origin: now, marksAtClear: .echoedAtOnce))
      return .send(writer.start())
    case .streaming:
      return echo(at: now) ?? step(at: now)
    case .closing:
      phase = .closed
      return .close(code: 1000)
    }
  }

  private mutating func echo(at now: MonotonicTime) -> PlatformAction? {
    let name = promptEchoes.isEmpty ? ledger.line?.takeMark(at: now) : promptEchoes.removeFirst()
    guard let name else { return nil }
    ledger.echoedMark()
    return .send(writer.mark(name))
  }

  private func silence(_ count: Int) -> ArraySlice<UInt8> {
    [UInt8](repeating: script.format.encoding.silence, count: count)[...]
  }

  private mutating func step(at now: MonotonicTime) -> PlatformAction? {
    if let other = otherTrack.take() { return .send(other) }
    if options.dialect.isNoisy, spokenMessages / 10 > noiseSent {
      noiseSent += 1
      return .send(writer.noise(noiseSent))
    }
    switch schedule?.take(at: now, hearing: ledger.line) {
    case nil:
      return nil
    case .speak(let audio, let chunk, let endsAtMs):
      ledger.spoke(audio, at: now)
      spokenMessages += 1
      var messages = options.tracks.map {
        writer.media(
          $0 == "inbound" ? audio : silence(audio.count), track: $0, chunk: chunk,
          endsAtMs: endsAtMs)
      }
      let first = messages.removeFirst()
      otherTrack = messages.first
      return .send(first)
    case .press(let digit):
      return .send(writer.press(digit))
    case .hangUp:
      ledger.stopped(at: now)
      phase = .closing
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

  /// What the caller has heard by `now`, or by the hang-up where that was sooner.
  public func heard(at now: MonotonicTime) -> WaveFile {
    let end = min(now, ledger.stoppedAt ?? now)
    return ledger.line?.heard(until: end) ?? WaveFile(rate: script.format.rate, samples: [])
  }
}
