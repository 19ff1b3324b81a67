import AudioEngine

extension AgenTaoNVP {
  /// Reads one message of the control link.
  public func decodeControl(_ text: RawSpan) -> AgenTaoControlInput {
    let message: JSONValue
    do { message = try JSONValue(text) } catch { return .malformed(error) }
    guard case .object = message else { return .malformed(.notAnObject) }
    let data = message["data"] ?? .null
    switch (message["type"]?.text, message["name"]?.text) {
    case ("response", _):
      guard message.identifier("id") == Self.helloID else { return .ignored }
      guard message["ok"] == .bool(true) else {
        let (code, words) = Self.refusal(message)
        return .setupRefused(code: code, message: words)
      }
      let heartbeat = data["heartbeat"] ?? .null
      return .ready(
        AgenTaoConnection(
          id: data.identifier("connection_id") ?? "",
          pingInterval: Self.pause(heartbeat["interval_ms"]),
          pongTimeout: Self.pause(heartbeat["timeout_ms"])))
    case ("event", "call.offered"):
      guard let offer = Self.offer(data) else { return .ignored }
      return .offered(offer)
    case ("event", "call.withdrawn"), ("event", "call.ended"):
      guard let callID = data.identifier("call_id") else { return .ignored }
      return .gone(
        callID: callID, session: nil, reason: ASCII.prefix(data["reason"]?.text ?? "", 64))
    default:
      return .ignored
    }
  }

  private static func offer(_ data: JSONValue) -> AgenTaoOffer? {
    guard let callID = data.identifier("call_id"),
      let url = data["media_url"]?.nonEmptyText ?? data["mediaURL"]?.nonEmptyText,
      url.utf8.count <= 4_096
    else { return nil }
    return AgenTaoOffer(
      callID: callID, caller: ASCII.prefix(data["caller"]?.text ?? "", 256),
      callee: ASCII.prefix(data["callee"]?.text ?? "", 256),
      isOutbound: data["direction"]?.text == "outbound", mediaURL: url,
      mediaToken: data["media_token"]?.text.flatMap(Secret.init))
  }

  /// Milliseconds between a second and ten minutes: what is outside is no sensible heartbeat.
  private static func pause(_ value: JSONValue?) -> Duration? {
    guard let number = value?.integer, (1_000...600_000).contains(number) else { return nil }
    return .milliseconds(number)
  }

  private static func refusal(_ message: JSONValue) -> (AgenTaoErrorCode, String) {
    let error = message["error"] ?? .null
    return (
      AgenTaoErrorCode(rawValue: error["code"]?.text ?? ""),
      ASCII.prefix(error["message"]?.text ?? "", 256)
    )
  }

  /// Reads one text message of a media link. An `audio.grant` allocates nothing.
  public func decodeMedia(_ text: RawSpan) -> AgenTaoMediaInput {
    do {
      let outline = try AgenTaoOutline(text, body: "data")
      guard outline.type == .audioGrant else { return Self.decode(try JSONValue(text)) }
      guard let start = outline.bodyStart else { return .ignored }
      let fields = try AgenTaoNumbers(
        text, at: start, "upToBytes", "epoch", "preferredFrameBytes")
      guard let bytes = fields.first, bytes >= 0 else { return .ignored }
      return .allowUpTo(bytes: bytes, epoch: fields.second ?? 0)
    } catch {
      return .malformed(error)
    }
  }

  private static func decode(_ message: JSONValue) -> AgenTaoMediaInput {
    let data = message["data"] ?? .null
    switch (message["type"]?.text, message["name"]?.text) {
    case ("response", _):
      guard let id = message.identifier("id"), case .bool(let success)? = message["ok"] else {
        return .ignored
      }
      guard success else {
        let (code, words) = refusal(message)
        return .refused(id: id, code: code, message: words)
      }
      return .granted(id: id, reply(data))
    case ("event", let name?):
      return event(name, data)
    default:
      return .ignored
    }
  }

  private static func reply(_ data: JSONValue) -> AgenTaoReply {
    var outcome: AgenTaoLeaveOutcome?
    if case .bool(let remain)? = data["parties_remain"] {
      outcome = remain ? .partiesRemain : .callEnded
    }
    return AgenTaoReply(
      mode: mode(data), discardedBytes: data["discarded_bytes"]?.integer.map { max($0, 0) },
      leaveOutcome: outcome)
  }

  private static func mode(_ data: JSONValue) -> AgenTaoAgentMode? {
    data["mode"]?.text.flatMap(AgenTaoAgentMode.init)
  }

  /// The wire has linear16 alone; a server may say so, or that it has something else.
  private static func ready(_ data: JSONValue) -> AgenTaoMediaInput {
    let format = AnnouncedFormat(
      label: (data["encoding"] ?? data["format"])?.text.map { ASCII.prefix($0, 64) }, rate: nil,
      channels: data["channels"]?.integer)
    let isOurs = format.encoding ?? .linear16 == .linear16 && format.channels ?? 1 == 1
    guard isOurs, !format.isForeign else {
      return .unsupported(
        format: "\(format.encodingLabel ?? "linear16"), \(format.channels ?? 1) channels")
    }
    return .ready(rate: data["sample_rate"]?.integer)
  }

  private static func event(_ name: String, _ data: JSONValue) -> AgenTaoMediaInput {
    switch name {
    case "media.ready": ready(data)
    case "call.answered": .answered
    case "call.answerFailed": .answerFailed
    case "call.connected": .connected(mode(data))
    case "call.connectFailed": .connectFailed
    case "call.terminated": .terminated(AgenTaoTermination(named: data["reason"]?.text))
    case "call.error":
      .serviceError(
        code: AgenTaoErrorCode(rawValue: data["code"]?.text ?? ""),
        message: ASCII.prefix(data["message"]?.text ?? "", 256))
    default: .ignored
    }
  }
}
