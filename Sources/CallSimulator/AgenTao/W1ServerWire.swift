import AudioEngine
import Telephony

/// Profile W1 on the server's side: camelCase on the control link, snake_case on the media link.
struct W1ServerWire: AgenTaoServerWire {
  /// The longest deadline a client may ask for.
  static let longestDeadline = 300_000

  func controlInput(_ text: RawSpan) -> AgenTaoControlInput {
    guard let json = try? JSONValue(text), let type = json.string("type") else { return .malformed }
    let id = json.string("reqId")
    switch (type, id) {
    case ("setup", _):
      guard let data = json.member("data") else { return .malformed }
      let mode = data.string("audioMode")
      guard mode == "mixed" || mode == "isolated" else { return .malformed }
      let hello = AgenTaoHello(
        rate: data.number("sampleRate").flatMap(SampleRate.init(hertz:)),
        isIsolated: mode == "isolated", isBase64: false)
      return .hello(hello, id: "")
    case ("session.open", let id?):
      guard let session = json.string("sessionId") else {
        return .refuse(id: id, code: "INVALID_REQUEST", message: "no sessionId")
      }
      return .claim(session: session, id: id)
    case ("session.ready", _):
      return json.string("sessionId").map { .ready(session: $0) } ?? .malformed
    case ("call_flow.setup", let id?):
      return .acknowledge(id: id)
    case (_, let id?):
      return .refuse(id: id, code: "INVALID_REQUEST", message: "unknown type")
    case (_, nil):
      return .unknown
    }
  }

  private static let verbs: [String: AgenTaoServer.Verb] = [
    "call.answer": .answer, "call.connect": .connect, "call.disconnect": .disconnect,
    "call.close": .close, "agent.whisper": .whisper, "agent.barge": .barge, "agent.spy": .spy,
    "agent.interrupt": .interrupt,
  ]

  func mediaInput(text: RawSpan) -> AgenTaoMediaInput {
    guard let json = try? JSONValue(text), let type = json.string("type") else { return .malformed }
    guard type == "command" else { return .unknown }
    guard let data = json.member("data"), let id = data.string("command_id"),
      let command = data.string("command")
    else { return .malformed }
    guard let verb = Self.verbs[command] else {
      return .refuse(id: id, code: "INVALID_COMMAND", message: "unknown command")
    }
    guard let milliseconds = data.number("timeout_ms"),
      (1...Self.longestDeadline).contains(milliseconds)
    else { return .refuse(id: id, code: "INVALID_REQUEST", message: "timeout_ms") }
    if verb == .connect {
      guard let seconds = data.member("data")?.number("ringTimeSeconds"),
        (1...120).contains(seconds)
      else { return .refuse(id: id, code: "INVALID_REQUEST", message: "ringTimeSeconds") }
    }
    return .command(
      AgenTaoOrder(id: id, verb: verb, deadline: .milliseconds(milliseconds), epoch: nil))
  }

  func mediaInput(binary: [UInt8]) -> AgenTaoMediaInput {
    guard binary.count >= 2 else { return .malformed }
    return .audio(track: Int(binary[0]), epoch: nil, bytes: binary[1...])
  }

  func frame(_ output: AgenTaoControlOutput) -> AgenTaoFrame? {
    switch output {
    case .welcome(_, let connection, _, _, _):
      return text(["type": .string("setup.done"), "smWsId": .string(connection)])
    case .announced(let offer):
      return text([
        "type": .string("session.notify"), "sessionId": .string(offer.session),
        "channel": .string("TELCO"), "remoteAddress": .string(offer.from),
        "localAddress": .string(offer.to), "activity": .string("NEW_INCOMING_CALL"),
        "createdAt": .number(offer.createdAt),
      ])
    case .claimed(let offer, let id):
      let session: WireText = .fields([
        "id": .string(offer.session), "channel": .string("TELCO"),
        "remoteAddress": .string(offer.from), "localAddress": .string(offer.to),
        "openedAt": .number(offer.createdAt),
      ])
      return response(id, content: .fields(["session": session]))
    case .offered(let offer):
      return text([
        "type": .string("call.in"), "sessionId": .string(offer.session),
        "callId": .string(offer.call), "orgUuid": .string("simulated-organisation"),
        "from": .string(offer.from), "to": .string(offer.to), "url": .string(offer.url),
        "token": .string(offer.token),
      ])
    case .withdrawn(let session, _, _), .ended(let session, _, _):
      return text([
        "type": .string("session.closed"), "sessionId": .string(session),
        "reason": .string("CALL_TERMINATED"),
      ])
    case .acknowledged(let id), .listed(_, let id):
      return response(id, content: .fields([:]))
    case .refused(let id, let code, let message, let holder):
      let content: WireText =
        holder.map { .fields(["boundSmWsId": .string($0)]) }
        ?? .fields(["message": .string(message)])
      return text([
        "type": .string("response"), "reqId": .string(id), "ok": .flag(false),
        "errorCode": .string(code), "errorContent": content,
      ])
    case .draining:
      return nil
    case .unknownFrame:
      return text(["type": .string("weather.report"), "data": .fields(["rain": .flag(true)])])
    }
  }

  private func response(_ id: String, content: WireText) -> AgenTaoFrame {
    text([
      "type": .string("response"), "reqId": .string(id), "ok": .flag(true), "content": content,
    ])
  }

  func frame(_ output: AgenTaoMediaOutput) -> AgenTaoFrame? {
    switch output {
    case .ready, .acknowledged, .answered, .connected, .commandFailed, .played:
      return nil
    case .done(let id, _, _):
      return data(
        "command_response",
        ["command_id": .string(id), "success": .flag(true), "result": .null])
    case .failed(let id, let code, let message):
      return data(
        "command_response",
        [
          "command_id": .string(id), "success": .flag(false), "error_code": .string(code),
          "error_message": .string(message),
        ])
    case .trouble(let code, let message):
      return data(
        "call_event",
        [
          "event": .string("call.error"), "error_code": .string(code),
          "error_message": .string(message),
        ])
    case .terminated:
      return data("call_event", ["event": .string("call.terminated")])
    case .allowance(let more, _, _, let preferred):
      return data(
        "buffer_request",
        [
          "requested_bytes": .number(more), "prefer_audio_frame_bytes": .number(preferred),
          "channelId": .number(0),
        ])
    case .audio(let track, _, let bytes):
      return .binary([UInt8(truncatingIfNeeded: track)] + bytes)
    case .unknownFrame:
      return data("weather_report", ["rain": .flag(true)])
    case .shortFrame:
      return .binary([0])
    }
  }

  private func data(
    _ type: String, _ fields: KeyValuePairs<String, WireText>
  ) -> AgenTaoFrame {
    text(["type": .string(type), "data": .fields(fields)])
  }

  private func text(_ fields: KeyValuePairs<String, WireText>) -> AgenTaoFrame {
    .text(WireText.fields(fields).text())
  }
}
