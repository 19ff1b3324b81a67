import AudioEngine
import Sockets
import Telephony

/// One call on the server: its state, its parties, its media link. Confined to the loop's thread.
final class AgenTaoLine {
  static let mostRecordedCommands = 1_024
  /// Between the last word on a media link and its close frame.
  static let grace: Duration = .milliseconds(50)

  let plan: AgenTaoPlan
  let session: String
  /// What a client must show to open the media link: each has a token of its own, which tells who
  /// took the call.
  private(set) var tokens: [String: (text: String, hello: AgenTaoHello)] = [:]
  let createdAt: Int
  let profile: AgenTaoServer.Profile
  let configuration: AgenTaoServer.Configuration
  var faults: AgenTaoFaults
  private let loop: EventLoop
  /// Told when the call is over: why, and who ended it.
  var onEnd: ((AgenTaoLine, String, AgenTaoServer.Party) -> Void)?

  var record: AgenTaoCallRecord
  /// What the client that took the call asked for.
  var hello = AgenTaoHello(rate: nil, isIsolated: false, isBase64: false)
  /// The control link that claimed it.
  var holder: String?
  private(set) var link: AgenTaoServerMedia?
  /// Somebody's media link was let in, though it may not be open yet.
  var isTaken = false

  var playout: AgenTaoPlayout?
  var talks: [AgenTaoTalk] = []
  /// When the media link opened.
  private(set) var openedAt = MonotonicTime.zero
  var hasBurst = false
  var reportedPlayed = 0
  var nextPlayedReport = MonotonicTime.zero

  /// Commands without a reply, by their ids.
  var open: [String: AgenTaoOrder] = [:]
  /// The replies to the latest commands, for a client that repeats one (NVP/1).
  var replies: [(id: String, output: AgenTaoMediaOutput)] = []
  var refusalsGiven: [AgenTaoServer.Verb: Int] = [:]
  var ringsTaken = 0
  private let alarms: LoopAlarms

  init(
    id: String, plan: AgenTaoPlan, profile: AgenTaoServer.Profile, createdAt: Int,
    configuration: AgenTaoServer.Configuration, loop: EventLoop
  ) {
    self.plan = plan
    self.session = "session-\(id)"
    self.createdAt = createdAt
    self.profile = profile
    self.configuration = configuration
    faults = configuration.faults
    self.loop = loop
    alarms = LoopAlarms(loop: loop)
    record = AgenTaoCallRecord(id: id)
  }

  var id: String { record.id }
  var now: MonotonicTime { loop.now }
  var rate: SampleRate { hello.rate ?? .hz16000 }
  var isOver: Bool { if case .ended = record.state { true } else { false } }

  /// The token of `control`: 128 bits from the system in hexadecimal digits, the same each time.
  func token(for control: AgenTaoServerControl) -> String {
    if let known = tokens[control.id] { return known.text }
    let bits = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
    let text = bits.map { String($0, radix: 16) }.joined(separator: "-")
    tokens[control.id] = (text, control.hello ?? hello)
    return text
  }

  /// The control link whose token this `Authorization` shows, and what its client asked for.
  func owner(of authorization: String) -> (control: String, hello: AgenTaoHello)? {
    let owner = tokens.first { _, known in
      Secret("Bearer " + known.text)?.matches(authorization) ?? false
    }
    return owner.map { ($0.key, $0.value.hello) }
  }

  /// Runs `body` later, unless the call is over by then.
  func after(_ delay: Duration, _ body: @escaping () -> Void) { alarms.after(delay, body) }

  func tell(_ output: AgenTaoMediaOutput) { link?.tell(output) }

  func opened(_ link: AgenTaoServerMedia) {
    self.link = link
    record.hasMedia = true
    record.mediaLinks += 1
    openedAt = now
    playout = AgenTaoPlayout(
      rate: rate, ahead: faults.prefetch, recordLimit: configuration.recordedBytes, start: now)
    link.ping(every: AgenTaoExchange.heartbeat)
    if let interval = faults.readsEvery { link.readOnly(every: interval) }
    tell(.ready(call: id, rate: rate, isIsolated: hello.isIsolated))
    disturb()
    if case .elapsed(let delay)? = faults.dropsMedia { after(delay) { [weak link] in link?.cut() } }
    if case .elapsed(let delay)? = faults.hangsUp {
      after(delay) { [weak self] in self?.end(by: .caller) }
    }
    // The caller hung up while the link was being opened.
    if case .ended(let party) = record.state { takeLeave(by: party) }
  }

  func received(_ input: AgenTaoMediaInput) {
    switch input {
    case .command(let order):
      receive(order)
    case .audio(let track, let epoch, let bytes):
      receive(track, epoch, bytes)
    case .acknowledge(let id):
      tell(.acknowledged(id: id))
    case .refuse(let id, let code, let message):
      record.unknown += 1
      tell(.failed(id: id, code: code, message: message))
    case .unknown:
      record.unknown += 1
    case .malformed:
      record.malformed += 1
      if record.malformed == 100, profile == .nvp1 { link?.send(.close(4400)) }
    }
  }

  func mediaClosed() {
    link = nil
    record.hasMedia = false
    end(by: .agent, reason: "mediaTimeout")
  }

  /// Cuts the media socket without a word.
  func cutMedia() { link?.cut() }

  /// Sends what a client must be able to ignore, where the faults say so.
  func disturb() {
    if faults.corruptsJSON { link?.send(.text(Array(#"{"type":"call_ev"#.utf8))) }
    if faults.sendsUnknownFrames {
      tell(.unknownFrame)
      tell(.shortFrame)
    }
  }

  /// Ends the call for the agent; only the first time does anything.
  func end(by party: AgenTaoServer.Party, reason: String? = nil, partiesRemain: Bool = false) {
    guard !isOver else { return }
    record.partiesRemain = partiesRemain
    settle()
    record.state = .ended(by: party)
    alarms.cancel()
    takeLeave(by: party, reason: reason)
    onEnd?(self, reason ?? Self.reason(party), party)
  }

  private func takeLeave(by party: AgenTaoServer.Party, reason: String? = nil) {
    guard link != nil else { return }
    tell(.terminated(reason: reason ?? Self.reason(party), by: party))
    for id in open.keys.sorted() {
      note(id, outcome: "CALL_ENDED")
      // The public wire has no such reply: a client must not wait for one.
      if profile == .nvp1 { reply(id, .failed(id: id, code: "CALL_ENDED", message: "call over")) }
    }
    open.removeAll()
    let code: UInt16 = profile == .nvp1 ? 4410 : 1000
    after(Self.grace) { [weak link] in link?.send(.close(code)) }
  }

  private static func reason(_ party: AgenTaoServer.Party) -> String {
    switch party {
    case .caller: "remoteHangup"
    case .callee: "calleeHangup"
    case .agent: "agentClosed"
    case .server: "serverError"
    }
  }
}
