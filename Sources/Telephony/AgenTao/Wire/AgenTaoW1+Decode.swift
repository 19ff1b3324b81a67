import AudioEngine

extension AgenTaoW1 {
  /// Reads one message of the control link.
  public func decodeControl(_ text: RawSpan) -> AgenTaoControlInput {
    let message: JSONValue
    do { message = try JSONValue(text) } catch { return .malformed(error) }
    guard case .object = message else { return .malformed(.notAnObject) }
    switch message["type"]?.text {
    case "setup.done":
      return .ready(AgenTaoConnection(id: message.identifier("sm_ws_id") ?? ""))
    case "response":
      guard let id = message.identifier("req_id") else { return .ignored }
      if message["ok"] == .bool(true) { return .claimed(id: id, refusal: nil) }
      let code = message["error_code"]?.text ?? ""
      return .claimed(id: id, refusal: AgenTaoErrorCode(rawValue: code))
    case "session.notify":
      guard let session = message.identifier("session_id"), message["channel"]?.text == "TELCO",
        ["NEW_INCOMING_CALL", "RESUME"].contains(message["activity"]?.text)
      else { return .ignored }
      return .announced(session: session)
    case "call.in":
      guard let offer = offer(message) else { return .ignored }
      return .offered(offer)
    case "session.closed":
      guard let session = message.identifier("session_id") else { return .ignored }
      return .gone(
        callID: nil, session: session, reason: ASCII.prefix(message["reason"]?.text ?? "", 64))
    case "error":
      return .ignored
    default:
      return .ignored
    }
  }

  private func offer(_ message: JSONValue) -> AgenTaoOffer? {
    guard let callID = message.identifier("call_id"), let url = message["url"]?.nonEmptyText,
      url.utf8.count <= 4_096
    else { return nil }
    return AgenTaoOffer(
      callID: callID, sessionID: message.identifier("session_id"),
      caller: ASCII.prefix(message["from"]?.text ?? "", 256),
      callee: ASCII.prefix(message["to"]?.text ?? "", 256), mediaURL: url,
      mediaToken: message["token"]?.text.flatMap(Secret.init))
  }

  /// Reads one text message of a media link. A `buffer_request` allocates nothing.
  public func decodeMedia(_ text: RawSpan) -> AgenTaoMediaInput {
    do {
      let outline = try AgenTaoOutline(text, body: "data")
      if outline.type == .bufferRequest { return try bufferRequest(text, at: outline.bodyStart) }
      return decode(try JSONValue(text))
    } catch {
      return .malformed(error)
    }
  }

  private func bufferRequest(
    _ text: RawSpan, at start: Int?
  ) throws(MalformedKind) -> AgenTaoMediaInput {
    guard let start else { return .ignored }
    let fields = try AgenTaoNumbers(
      text, at: start, "requested_bytes", "channelId", "prefer_audio_frame_bytes")
    guard let bytes = fields.first, bytes > 0, fields.second ?? 0 == 0 else { return .ignored }
    return .allowMore(bytes: bytes)
  }

  private func decode(_ message: JSONValue) -> AgenTaoMediaInput {
    let data = message["data"] ?? .null
    switch message["type"]?.text {
    case "command_response":
      guard let id = data.identifier("command_id"), case .bool(let success)? = data["success"]
      else { return .ignored }
      if success { return .granted(id: id, AgenTaoReply()) }
      return .refused(
        id: id, code: AgenTaoErrorCode(rawValue: data["error_code"]?.text ?? ""),
        message: ASCII.prefix(data["error_message"]?.text ?? "", 256))
    case "call_event":
      switch data["event"]?.text {
      case "call.terminated":
        return .terminated(AgenTaoTermination(named: data["reason"]?.text))
      case "call.error":
        return .serviceError(
          code: AgenTaoErrorCode(rawValue: data["error_code"]?.text ?? ""),
          message: ASCII.prefix(data["error_message"]?.text ?? "", 256))
      default: return .ignored
      }
    default:
      return .ignored
    }
  }
}

extension JSONValue {
  /// A member that identifies something: 1 to 256 bytes of text.
  func identifier(_ name: String) -> String? {
    self[name]?.nonEmptyText.flatMap { $0.utf8.count <= 256 ? $0 : nil }
  }
}
