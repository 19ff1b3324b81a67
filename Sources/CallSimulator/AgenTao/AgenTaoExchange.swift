import AudioEngine
import Glibc
import Sockets

/// All state of an ``AgenTaoServer``: clients, calls, and who has which.
final class AgenTaoExchange: @unchecked Sendable {
  // Unchecked: all state is confined to the loop's thread: the listener's callbacks come on it, and
  // the actor that owns this is pinned to it.

  /// Calls that wait for a client; beyond it the oldest is forgotten.
  private static let mostWaiting = 1_000
  private static let tick: Duration = .milliseconds(20)
  static let heartbeat: Duration = .seconds(15)
  /// A client that says nothing for so long is none.
  private static let helloDeadline: Duration = .seconds(5)

  let loop: EventLoop
  var configuration: AgenTaoServer.Configuration
  private(set) var controls: [String: AgenTaoServerControl] = [:]
  private var lines: [String: AgenTaoLine] = [:]
  private var order: [String] = []
  /// The calls that are not over, oldest first.
  private(set) var live: [AgenTaoLine] = []
  var seen = AgenTaoServerRecord()
  private var controlsMade = 0
  /// Where media links go; nil for where the control links are.
  private var mediaPort: Int?
  private var callsMade = 0
  private var ticker: LoopTimer?
  private let alarms: LoopAlarms
  /// Upgrades are refused with 503: the server is about to go.
  var isDraining = false

  init(loop: EventLoop, configuration: AgenTaoServer.Configuration) {
    self.loop = loop
    alarms = LoopAlarms(loop: loop)
    self.configuration = configuration
  }

  var faults: AgenTaoFaults { configuration.faults }

  func setFaults(_ faults: AgenTaoFaults) {
    configuration.faults = faults
    for line in lines.values { line.faults = faults }
  }

  func line(_ id: String) -> AgenTaoLine? { lines[id] }

  func line(session: String) -> AgenTaoLine? { lines.values.first { $0.session == session } }

  func currentRecord() -> AgenTaoServerRecord {
    var record = seen
    record.openControlLinks = controls.values.count { $0.isOpen }
    record.calls = order
    return record
  }

  func wire(isBase64: Bool) -> any AgenTaoServerWire {
    switch configuration.profile {
    case .w1: W1ServerWire()
    case .nvp1: NVP1ServerWire(isBase64: isBase64)
    }
  }

  /// Media links go to this port from now on, whatever the control links came to.
  func setMediaPort(_ port: Int) { loop.perform { [self] in mediaPort = port } }

  /// A control link that came to `host`, a name or address with a port.
  func makeControl(host: String) -> AgenTaoServerControl {
    controlsMade += 1
    let scheme = configuration.listener.tls == nil ? "ws" : "wss"
    let name = host.lastIndex(of: ":").map { host[..<$0] } ?? host[...]
    let target = mediaPort.map { "\(name):\($0)" } ?? host
    return AgenTaoServerControl(
      id: "connection-\(controlsMade)", base: "\(scheme)://\(target)",
      wire: wire(isBase64: false), exchange: self)
  }

  func after(_ delay: Duration, _ body: @escaping () -> Void) { alarms.after(delay, body) }

  // Calls.

  func place(_ plan: AgenTaoPlan) -> String {
    loop.checkIsolated()
    callsMade += 1
    let id = "call-\(callsMade)"
    let line = AgenTaoLine(
      id: id, plan: plan, profile: configuration.profile, createdAt: Glibc.time(nil),
      configuration: configuration, loop: loop)
    line.onEnd = { [weak self] line, reason, party in self?.ended(line, reason, party) }
    lines[id] = line
    order.append(id)
    live.append(line)
    forgetSurplus()
    if let patience = plan.givesUpAfter {
      line.after(patience) { [weak line] in
        if line?.record.state == .pending { line?.end(by: .caller) }
      }
    }
    for control in readyControls { announce(line, to: control) }
    startTicking()
    return id
  }

  private func forgetSurplus() {
    let surplus = order.count - AgenTaoServer.mostCalls
    guard surplus > 0 else { return }
    for id in order.prefix(surplus) {
      lines[id]?.end(by: .server)
      lines[id] = nil
    }
    order.removeFirst(surplus)
  }

  private func ended(_ line: AgenTaoLine, _ reason: String, _ party: AgenTaoServer.Party) {
    live.removeAll { $0 === line }
    let neverTaken = line.record.mediaLinks == 0
    for control in readyControls where line.holder == nil || line.holder == control.id {
      if neverTaken {
        let why = party == .server ? "expired" : "callerHungUp"
        control.tell(.withdrawn(session: line.session, call: line.id, reason: why))
      } else {
        control.tell(.ended(session: line.session, call: line.id, reason: reason))
      }
    }
  }

  // Clients.

  private var readyControls: [AgenTaoServerControl] {
    controls.values.filter { $0.isReady && $0.isOpen }.sorted { $0.id < $1.id }
  }

  func opened(_ control: AgenTaoServerControl) {
    controls[control.id] = control
    seen.controlLinks += 1
    control.ping(every: Self.heartbeat)
    after(Self.helloDeadline) { [weak self, weak control] in
      guard let self, let control, control.hello == nil, !faults.neverCompletesSetup else { return }
      control.send(.close(configuration.profile == .nvp1 ? 4400 : 1008))
    }
    if let interval = faults.dropsControlEvery {
      after(interval) { [weak control] in control?.cut() }
    }
  }

  func closed(_ control: AgenTaoServerControl) {
    controls[control.id] = nil
    // A call that it claimed and did not open goes to whoever comes next.
    for line in live where line.holder == control.id && line.record.mediaLinks == 0 {
      line.holder = nil
    }
  }

  func dropControls() { for control in controls.values { control.cut() } }

  /// Tells every client to come back elsewhere, and lets nobody in any more; calls go on.
  func drain(within limit: Duration) {
    isDraining = true
    for control in controls.values {
      control.tell(.draining(within: limit))
      control.send(.close(configuration.profile == .nvp1 ? 4503 : 1001))
    }
  }

  func stop() {
    alarms.cancel()
    for control in controls.values { control.send(.close(1001)) }
    for line in live { line.end(by: .server) }
  }

  /// A client can be told of calls from now on.
  func becameReady(_ control: AgenTaoServerControl) {
    guard !control.isReady else { return }
    control.isReady = true
    if faults.corruptsJSON { control.send(.text(Array(#"{"type": "call.in", "#.utf8))) }
    if faults.sendsUnknownFrames { control.tell(.unknownFrame) }
    let waiting = live.filter { $0.record.mediaLinks == 0 && $0.holder == nil }
    for line in waiting.suffix(Self.mostWaiting) { announce(line, to: control) }
    if faults.offersAgainAfterReconnect {
      for line in live where line.record.hasMedia { announce(line, to: control) }
    }
    guard live.isEmpty else { return }
    for plan in configuration.plans {
      after(plan.arrivesAfter) { [weak self] in _ = self?.place(plan) }
    }
  }

  func announce(_ line: AgenTaoLine, to control: AgenTaoServerControl) {
    line.record.offers += 1
    let offer = line.offer(to: control)
    for _ in 0..<(faults.offersTwice ? 2 : 1) {
      control.tell(.announced(offer))
      if configuration.profile == .nvp1 { self.offer(line, to: control) }
    }
    guard line.record.offers == 1 else { return }
    line.after(configuration.offerLife) { [weak line] in
      if line?.record.mediaLinks == 0 { line?.end(by: .server) }
    }
  }

  func offer(_ line: AgenTaoLine, to control: AgenTaoServerControl) {
    control.tell(.offered(line.offer(to: control, token: line.token(for: control))))
  }

  /// What only the client that took the call shall believe to be its own.
  func claimed(_ line: AgenTaoLine) {
    for control in readyControls where line.holder != control.id {
      control.tell(
        .withdrawn(session: line.session, call: line.id, reason: "claimedElsewhere"))
    }
  }

  // Time.

  private func startTicking() {
    if ticker == nil {
      ticker = LoopTimer(loop: loop) { [weak self] in self?.ticked() }
    }
    if ticker?.isArmed == false { ticker?.arm(at: loop.now + Self.tick) }
  }

  private func ticked() {
    let now = loop.now
    // A call that ends meanwhile leaves the list.
    let live = live
    for line in live { line.tick(at: now) }
    if !live.isEmpty { ticker?.arm(at: now + Self.tick) }
  }

  /// What is told to a client whose first frame was good.
  func welcome(_ control: AgenTaoServerControl, _ hello: AgenTaoHello, id: String) {
    control.hello = hello
    seen.setups += 1
    control.tell(
      .welcome(
        id: id, connection: control.id, hello, heartbeat: Self.heartbeat,
        offerLife: configuration.offerLife))
  }
}
