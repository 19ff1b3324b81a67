public import AudioEngine
import Sockets
import Telephony

/// Plivo's side of a `<Stream>`: it starts the stream, sends the caller's voice, plays what the bot
/// queues, reports checkpoints and clears, and closes the socket when the caller hangs up. It reads
/// the bot's messages with Foundation and judges them by ``JudgeRules``, independently of the code
/// that Sidetone's own server writes them with.
public struct PlivoPlatform: SimulatedPlatform {
  /// The caller's side of the call.
  public let script: CallerScript
  let options: Options
  var ledger: CallLedger
  var writer: PlivoWriter
  private var schedule: CallerSchedule?
  private var phase = Phase.idle
  private var startsLeft: Int
  private var noiseSent = 0
  private var spokenMessages = 0
  /// The other track's share of the last message.
  private var otherTrack: [UInt8]?
  /// Clears that have not been acknowledged.
  var clearsToConfirm = 0

  private enum Phase: Hashable {
    case idle
    case starting
    case streaming
    /// Everything has been said; the socket is closed next.
    case closing
    case over
  }

  /// What can be chosen about the platform.
  public struct Options: Hashable, Sendable {
    /// How messages are spelt.
    public var dialect = PlivoDialect()
    /// What is judged; the rules of ``JudgeRules/plivo(_:)`` for the script's format where nil.
    public var rules: JudgeRules?
    /// Whether the bot must give back the caller's audio byte for byte.
    public var expectsEcho = false
    /// What `extra_headers` hold; the dialect says how.
    public var parameters = ["ref": "c-8817", "lang": "hi-IN"]
    /// Whose audio the stream carries: `inbound`, `outbound` or both; the latter is silent here.
    public var tracks = ["inbound"]
    /// The auth token that the upgrade is signed with; unsigned where nil.
    public var signingToken: String?
    /// The nonce of that signature.
    public var nonce = "31627761595286130198"
    /// The stream's id.
    public var streamID = "b2c7a5f0-31c4-4d59-9b1e-0d5a8e7f6a21"
    /// The call's id.
    public var callID = "7f1d6c52-9a0e-4b6f-8f0e-2b1d6f3a9c11"

    /// The documented platform.
    public init() {}
  }

  /// Makes a platform that has not connected yet.
  public init(script: CallerScript, options: Options = Options()) {
    self.script = script
    self.options = options
    startsLeft = options.dialect.repeatsStart ? 2 : 1
    var rules = options.rules ?? .plivo(script.format)
    rules.expectsEcho = rules.expectsEcho || options.expectsEcho
    ledger = CallLedger(
      rules: rules, format: script.format, provider: "plivo",
      interruptsAt: script.interrupts ? script.firstLoudByte : nil)
    writer = PlivoWriter(
      dialect: options.dialect, streamID: options.streamID, callID: options.callID,
      format: script.format, parameters: options.parameters, tracks: options.tracks)
  }

  /// The subprotocol that one of Plivo's own servers asks for, where the dialect offers it, and the
  /// signature over the address with the scheme `http`, as it was seen on live calls.
  public func handshake(for url: String) -> Handshake {
    var handshake = Handshake(
      subprotocols: options.dialect.offersSubprotocol ? ["audio.plivo.com"] : [])
    guard let token = options.signingToken,
      let signer = PlivoSigner(
        tokens: [token], hmac: { HMACSHA256.code(key: $0, message: $1) }),
      var request = PlivoSignedRequest(.get, url: url)
    else { return handshake }
    request.scheme = "http"
    if let signature = signer.signature(of: request, nonce: options.nonce) {
      handshake.headers = [
        ("x-plivo-signature-v3", signature), ("x-plivo-signature-ma-v3", signature),
        ("x-plivo-signature-v3-nonce", options.nonce),
      ]
    }
    return handshake
  }

  /// The upgrade has succeeded: `start` is due.
  public mutating func opened(at now: MonotonicTime) {
    guard phase == .idle else { return }
    phase = .starting
    ledger.opened(at: now)
  }

  /// When the next message or the closing of the socket is due.
  public var nextDeadline: MonotonicTime? {
    switch phase {
    case .idle, .over: nil
    case .starting, .closing: hasClosed ? nil : .zero
    case .streaming:
      clearsToConfirm > 0 || startsLeft > 0 || otherTrack != nil
        ? .zero
        : [schedule?.due(hearing: ledger.line), ledger.line?.nextMark]
          .compactMap(\.self).min()
    }
  }

  private var hasClosed = false

  /// The next message that is due, in the order the platform would send it.
  public mutating func poll(at now: MonotonicTime) -> PlatformAction? {
    switch phase {
    case .idle, .over:
      return nil
    case .starting:
      phase = .streaming
      schedule = CallerSchedule(script, start: now)
      ledger.started(line: PlayoutLine(format: script.format, origin: now))
      startsLeft -= 1
      return .send(writer.start())
    case .streaming:
      if startsLeft > 0 {
        startsLeft -= 1
        return .send(writer.start())
      }
      return report(at: now) ?? step(at: now)
    case .closing:
      guard !hasClosed else { return nil }
      hasClosed = true
      return .close(code: 1000)
    }
  }

  /// What was played before a clear is reported before it.
  private mutating func report(at now: MonotonicTime) -> PlatformAction? {
    if let name = ledger.line?.takeMark(at: now) {
      ledger.echoedMark()
      return .send(writer.played(name))
    }
    guard clearsToConfirm > 0 else { return nil }
    clearsToConfirm -= 1
    return .send(writer.cleared())
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
          $0 == "inbound" ? audio : silence(audio.count), track: $0,
          chunk: chunk, endsAtMs: endsAtMs)
      }
      let first = messages.removeFirst()
      otherTrack = messages.first
      return .send(first)
    case .press(let digit):
      let atMs = schedule.map { (now - $0.start).inMilliseconds } ?? 0
      return .send(writer.press(digit, atMs: Int(atMs)))
    case .hangUp:
      ledger.stopped(at: now)
      phase = .closing
      return options.dialect.sendsStop ? .send(writer.stop()) : poll(at: now)
    }
  }

  /// 40 s, with a word at three levels.
  public var readBacklog: ReadBacklog? { ReadBacklog(limit: .seconds(40), levels: [30, 60, 90]) }

  /// How far the caller's audio runs ahead of the bot.
  public func unread(at now: MonotonicTime, blocked: Duration) -> Duration {
    guard let due = schedule?.due(hearing: ledger.line), due < now else {
      return .zero
    }
    return min(now - due, blocked) * script.speed
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

extension JudgeRules {
  /// Plivo: whole samples in messages of up to 64 KB, and 40 s of buffer. A short last frame is accepted; the socket is the platform's to close.
  public static func plivo(_ format: WireFormat) -> JudgeRules {
    let sample = format.encoding.bytesPerSample
    var rules = JudgeRules(
      minimumBytes: sample, maximumBytes: 49_152, multipleBytes: sample,
      longestLead: .seconds(40))
    rules.capacity = .seconds(40)
    rules.platformCloses = true
    return rules
  }
}
