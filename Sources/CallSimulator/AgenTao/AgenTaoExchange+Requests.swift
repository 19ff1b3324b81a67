import AudioEngine
import Sockets
import Telephony

// What clients ask: upgrades, and requests on the control link.
extension AgenTaoExchange {
  private static let mediaTree = "/v1/agent/media/"

  func judge(_ request: UpgradeRequest) -> UpgradeDecision {
    if request.path.hasSuffix(AgenTaoServer.controlPath) { return judgeControl(request) }
    if let id = call(in: request.path) { return judgeMedia(request, id) }
    return refuse(404, "CONNECTOR_UNKNOWN")
  }

  private func refuse(_ status: Int, _ body: String) -> UpgradeDecision {
    seen.refusals[status, default: 0] += 1
    return .refuse(status: status, body: body + "\n")
  }

  private func judgeControl(_ request: UpgradeRequest) -> UpgradeDecision {
    if isDraining { return refuse(503, "DRAINING") }
    if let status = faults.refusesControl, (400...599).contains(status) {
      return refuse(status, "refused by the scenario")
    }
    guard isKnown(request.headers) else { return refuse(401, "AUTH_FAILED") }
    let isNeutral = configuration.profile == .nvp1
    guard !isNeutral || request.subprotocols.contains("nvp1.control") else {
      return refuse(426, "VERSION_UNSUPPORTED")
    }
    return .accept(makeControl(host: request.headers["host"] ?? "127.0.0.1"))
  }

  func isKnown(_ headers: HTTPHeaders) -> Bool {
    guard let apiKey = configuration.apiKey else { return true }
    let named =
      configuration.profile == .w1 ? headers["x-connector-uuid"] : headers["x-connector-id"]
    guard apiKey.matches(headers["x-api-key"] ?? ""), let named, !named.isEmpty else {
      return false
    }
    return named == configuration.connectorID ?? named
  }

  private func call(in path: String) -> String? {
    guard let range = path.firstRange(of: Self.mediaTree) else { return nil }
    return String(path[range.upperBound...])
  }

  private func judgeMedia(_ request: UpgradeRequest, _ id: String) -> UpgradeDecision {
    if let status = faults.refusesMedia, (400...599).contains(status) {
      return refuse(status, "refused by the scenario")
    }
    guard let line = line(id), !line.isOver else { return refuse(404, "CALL_NOT_FOUND") }
    // Who comes late is told so, whatever it shows: it gets nothing.
    guard !line.isTaken else { return refuse(409, "MEDIA_BUSY") }
    guard let owner = line.owner(of: request.headers["authorization"] ?? "") else {
      return refuse(401, "AUTH_FAILED")
    }
    let wanted = owner.hello.isBase64 ? "nvp1.media.b64" : "nvp1.media.bin"
    guard configuration.profile == .w1 || request.subprotocols.contains(wanted) else {
      return refuse(426, "VERSION_UNSUPPORTED")
    }
    line.isTaken = true
    line.holder = owner.control
    line.hello = owner.hello
    if configuration.profile == .nvp1 { claimed(line) }
    return .accept(AgenTaoServerMedia(line: line, wire: wire(isBase64: line.hello.isBase64)))
  }

  func received(_ input: AgenTaoControlInput, from control: AgenTaoServerControl) {
    switch input {
    case .hello(let hello, let id): greet(hello, id, from: control)
    case .malformed: seen.malformed += 1
    case .unknown: seen.unknown += 1
    case .refuse(let id, let code, let message):
      seen.unknown += 1
      control.tell(.refused(id: id, code: code, message: message, holder: nil))
    case .claim, .ready, .startDelivery, .list, .acknowledge:
      guard control.hello != nil else {
        seen.malformed += 1
        return control.send(.close(configuration.profile == .nvp1 ? 4400 : 1008))
      }
      serve(input, from: control)
    }
  }

  private func greet(_ hello: AgenTaoHello, _ id: String, from control: AgenTaoServerControl) {
    if faults.neverCompletesSetup { return }
    guard control.hello == nil, let rate = hello.rate, rate.isTelephony,
      rate == configuration.rate ?? rate
    else {
      seen.malformed += 1
      control.tell(
        .refused(id: id, code: "UNSUPPORTED_FORMAT", message: "sampleRate", holder: nil))
      return control.send(.close(configuration.profile == .nvp1 ? 4400 : 1008))
    }
    welcome(control, hello, id: id)
    if configuration.profile == .w1 { becameReady(control) }
  }

  private func serve(_ input: AgenTaoControlInput, from control: AgenTaoServerControl) {
    switch input {
    case .claim(let session, let id):
      claim(session, id, from: control)
    case .ready(let session):
      guard let line = line(session: session), line.holder == control.id, !line.isOver else {
        return
      }
      for _ in 0..<(faults.offersTwice ? 2 : 1) { offer(line, to: control) }
    case .startDelivery(let id):
      control.tell(.acknowledged(id: id))
      becameReady(control)
    case .list(let id):
      control.tell(.listed(live.map { $0.offer(to: control) }, id: id))
    case .acknowledge(let id):
      control.tell(.acknowledged(id: id))
    case .hello, .refuse, .unknown, .malformed:
      break
    }
  }

  private func claim(_ session: String, _ id: String, from control: AgenTaoServerControl) {
    guard let line = line(session: session), !line.isOver else {
      return control.tell(
        .refused(id: id, code: "SESSION_NOT_FOUND", message: session, holder: nil))
    }
    let isLost = line.holder.map { controls[$0] == nil } ?? true
    guard isLost || line.holder == control.id else {
      return control.tell(
        .refused(id: id, code: "SESSION_BUSY", message: session, holder: line.holder))
    }
    line.holder = control.id
    control.tell(.claimed(line.offer(to: control), id: id))
  }
}

extension AgenTaoLine {
  /// What a client is told of the call, with a token where it may open the media link.
  func offer(to control: AgenTaoServerControl, token: String = "") -> AgenTaoServerOffer {
    AgenTaoServerOffer(
      session: session, call: id, from: plan.from, to: plan.to,
      url: "\(control.base)/v1/agent/media/\(id)", token: token, createdAt: createdAt)
  }
}
