import AudioEngine
import Foundation
import Telephony

/// Profile NVP/1 on the server's side, for one link: it numbers the link's events and frames.
struct NVP1ServerWire: AgenTaoServerWire {
  /// The longest deadline a client may ask for.
  static let longestDeadline = 300_000
  static let defaultDeadline = 10_000

  /// Whether audio travels as base64 in JSON.
  let isBase64: Bool
  private var events = 0
  private var frames: [Int: UInt32] = [:]

  init(isBase64: Bool) { self.isBase64 = isBase64 }

  func controlInput(_ text: RawSpan) -> AgenTaoControlInput {
    guard let json = try? JSONValue(text), let type = json.string("type") else { return .malformed }
    guard type == "request" else { return .unknown }
    guard let id = json.string("id"), Self.isID(id), let name = json.string("name") else {
      return .malformed
    }
    let data = json.member("data") ?? .object([])
    switch name {
    case "hello":
      let tracks = data.string("tracks")
      let encoding = data.string("mediaEncoding")
      guard data.string("profile") == "nvp/1", tracks == "mixed" || tracks == "separate",
        encoding == "bin" || encoding == "b64"
      else { return .refuse(id: id, code: "INVALID_REQUEST", message: "hello") }
      let hello = AgenTaoHello(
        rate: data.number("sampleRate").flatMap(SampleRate.init(hertz:)),
        isIsolated: tracks == "separate", isBase64: encoding == "b64")
      return .hello(hello, id: id)
    case "delivery.start": return .startDelivery(id: id)
    case "call.list": return .list(id: id)
    case "ping": return .acknowledge(id: id)
    default: return .refuse(id: id, code: "UNSUPPORTED", message: "unknown request")
    }
  }

  private static func isID(_ id: String) -> Bool {
    (1...64).contains(id.utf8.count) && id.utf8.allSatisfy { $0 < 0x80 }
  }

  func mediaInput(text: RawSpan) -> AgenTaoMediaInput {
    guard let json = try? JSONValue(text), let type = json.string("type") else { return .malformed }
    let data = json.member("data") ?? .object([])
    if type == "event", json.string("name") == "audio" { return audio(data) }
    guard type == "request" else { return .unknown }
    guard let id = json.string("id"), Self.isID(id), let name = json.string("name") else {
      return .malformed
    }
    var milliseconds = json.number("timeoutMs")
    var epoch: Int?
    let verb: AgenTaoServer.Verb
    func invalid(_ what: String) -> AgenTaoMediaInput {
      .refuse(id: id, code: "INVALID_REQUEST", message: what)
    }
    switch name {
    case "ping": return .acknowledge(id: id)
    case "call.answer": verb = .answer
    case "call.disconnect": verb = .disconnect
    case "call.close": verb = .close
    case "audio.drain":
      verb = .drain
      milliseconds = milliseconds ?? 60_000
    case "call.connect":
      guard let ring = data.number("ringTimeSeconds"), (1...120).contains(ring) else {
        return invalid("ringTimeSeconds")
      }
      verb = .connect
      milliseconds = milliseconds ?? ring * 1_000
    case "agent.mode":
      guard let mode = data.string("mode").flatMap(AgenTaoServer.Mode.init(rawValue:)) else {
        return invalid("mode")
      }
      verb =
        switch mode {
        case .barge: .barge
        case .whisper: .whisper
        case .spy: .spy
        }
    case "agent.interrupt":
      epoch = data.number("epoch")
      guard epoch != nil else { return invalid("epoch") }
      verb = .interrupt
    default: return .refuse(id: id, code: "UNSUPPORTED", message: "unknown request")
    }
    let deadline = milliseconds ?? Self.defaultDeadline
    guard (1...Self.longestDeadline).contains(deadline) else { return invalid("timeoutMs") }
    return .command(
      AgenTaoOrder(id: id, verb: verb, deadline: .milliseconds(deadline), epoch: epoch))
  }

  private func audio(_ data: JSONValue) -> AgenTaoMediaInput {
    guard isBase64, let track = data.number("track"), let epoch = data.number("epoch"),
      let text = data.string("pcm"), let pcm = Data(base64Encoded: text), !pcm.isEmpty,
      pcm.count % 2 == 0
    else { return .malformed }
    return .audio(track: track, epoch: epoch & 0xFF, bytes: Array(pcm)[...])
  }

  func mediaInput(binary: [UInt8]) -> AgenTaoMediaInput {
    guard !isBase64, binary.count >= 18, binary.count <= 16 + 65_520, binary.count % 2 == 0,
      binary[0] == 1
    else { return .malformed }
    return .audio(track: Int(binary[1]), epoch: Int(binary[3]), bytes: binary[16...])
  }

  mutating func frame(_ output: AgenTaoControlOutput) -> AgenTaoFrame? {
    switch output {
    case .welcome(let id, let connection, let hello, let heartbeat, let offerLife):
      let beat = WireText.fields([
        "intervalMs": .number(heartbeat.wholeMilliseconds), "timeoutMs": .number(5_000),
      ])
      let limits = WireText.fields([
        "maxCalls": .number(1_000), "offerTtlMs": .number(offerLife.wholeMilliseconds),
      ])
      return response(
        id,
        [
          "connectionId": .string(connection), "sampleRate": .number(hello.rate?.hertz ?? 0),
          "tracks": .string(hello.isIsolated ? "separate" : "mixed"), "frameMillis": .number(20),
          "heartbeat": beat, "limits": limits,
        ])
    case .announced, .claimed:
      return nil
    case .offered(let offer):
      return event("call.offered", offer.fields + [("expiresInMs", .number(10_000))])
    case .withdrawn(_, let call, let reason):
      return event("call.withdrawn", [("callId", .string(call)), ("reason", .string(reason))])
    case .ended(_, let call, let reason):
      return event("call.ended", [("callId", .string(call)), ("reason", .string(reason))])
    case .listed(let offers, let id):
      let calls = offers.map { offer in
        WireText.object(offer.fields.map { .init(key: $0.0, value: $0.1) })
      }
      return response(id, ["calls": .array(calls)])
    case .acknowledged(let id):
      return response(id, [:])
    case .refused(let id, let code, let message, _):
      return failure(id, code, message)
    case .draining(let limit):
      return event("server.draining", [("reconnectWithinMs", .number(limit.wholeMilliseconds))])
    case .unknownFrame:
      return event("weather.report", [("rain", .flag(true))])
    }
  }

  mutating func frame(_ output: AgenTaoMediaOutput) -> AgenTaoFrame? {
    switch output {
    case .ready(let call, let rate, let isIsolated):
      func track(_ id: Int, _ role: String) -> WireText {
        .fields(["id": .number(id), "role": .string(role)])
      }
      let tracks = isIsolated ? [track(0, "caller"), track(1, "callee")] : [track(0, "mixed")]
      return event(
        "media.ready",
        [
          ("callId", .string(call)), ("state", .string("pending")),
          ("sampleRate", .number(rate.hertz)), ("frameMillis", .number(20)),
          ("tracks", .array(tracks)),
        ])
    case .done(let id, let verb, let reply): return done(id, verb, reply)
    case .failed(let id, let code, let message): return failure(id, code, message)
    case .acknowledged(let id): return response(id, [:])
    case .answered: return event("call.answered", [])
    case .connected(let mode): return event("call.connected", [("mode", .string(mode.rawValue))])
    case .commandFailed(let verb, let code, let message):
      let names: [AgenTaoServer.Verb: String] = [
        .answer: "call.answerFailed", .connect: "call.connectFailed",
      ]
      guard let name = names[verb] else { return nil }
      return event(name, [("code", .string(code)), ("message", .string(message))])
    case .trouble(let code, let message):
      return event("call.error", [("code", .string(code)), ("message", .string(message))])
    case .terminated(let reason, let party):
      return event(
        "call.terminated",
        [("reason", .string(reason)), ("initiatedBy", .string(party.rawValue))])
    case .allowance(_, let upTo, let epoch, let preferred):
      return event(
        "audio.grant",
        [
          ("epoch", .number(epoch)), ("upToBytes", .number(upTo)),
          ("preferredFrameBytes", .number(preferred)),
        ])
    case .played(let epoch, let bytes):
      return event("audio.played", [("epoch", .number(epoch)), ("bytes", .number(bytes))])
    case .audio(let track, let first, let bytes): return audio(track, first, bytes)
    case .unknownFrame: return event("weather.report", [("rain", .flag(true))])
    case .shortFrame: return .binary([1, 0, 0])
    }
  }

  private func done(
    _ id: String, _ verb: AgenTaoServer.Verb, _ reply: AgenTaoServerReply
  ) -> AgenTaoFrame {
    let mode = WireText.string(reply.mode?.rawValue ?? "")
    let bytes = WireText.number(reply.bytes ?? 0)
    switch verb {
    case .answer, .disconnect: return response(id, ["state": .string(reply.state)])
    case .connect: return response(id, ["state": .string(reply.state), "mode": mode])
    case .close:
      return response(
        id, ["state": .string(reply.state), "partiesRemain": .flag(reply.partiesRemain)])
    case .barge, .whisper, .spy: return response(id, ["mode": mode])
    case .interrupt: return response(id, ["discardedBytes": bytes])
    case .drain: return response(id, ["playedBytes": bytes])
    }
  }

  private mutating func audio(_ track: Int, _ first: Int, _ bytes: [UInt8]) -> AgenTaoFrame {
    let number = frames[track, default: 0]
    frames[track] = number &+ 1
    if isBase64 {
      let data: KeyValuePairs<String, WireText> = [
        "track": .number(track), "epoch": .number(0), "frame": .number(Int(number)),
        "sample": .number(first), "flags": .number(0),
        "pcm": .string(Data(bytes).base64EncodedString()),
      ]
      return text(["type": .string("event"), "name": .string("audio"), "data": .fields(data)])
    }
    var header: [UInt8] = [1, UInt8(truncatingIfNeeded: track), 0, 0]
    for shift in [24, 16, 8, 0] {
      header.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
    }
    for shift in stride(from: 56, through: 0, by: -8) {
      header.append(UInt8(truncatingIfNeeded: first >> shift))
    }
    return .binary(header + bytes)
  }

  private mutating func event(_ name: String, _ data: [(String, WireText)]) -> AgenTaoFrame {
    events += 1
    return text([
      "type": .string("event"), "name": .string(name), "seq": .number(events),
      "data": .object(data.map { .init(key: $0.0, value: $0.1) }),
    ])
  }

  private func response(
    _ id: String, _ data: KeyValuePairs<String, WireText>
  ) -> AgenTaoFrame {
    text([
      "type": .string("response"), "id": .string(id), "ok": .flag(true), "data": .fields(data),
    ])
  }

  private static let retryable: Set<String> = [
    "CALL_UNANSWERED", "CALL_REJECTED", "CALL_BUSY", "TIMEOUT", "RATE_LIMITED", "DRAINING",
    "OVERFLOW", "INTERNAL",
  ]

  private func failure(_ id: String, _ code: String, _ message: String) -> AgenTaoFrame {
    let error = WireText.fields([
      "code": .string(code), "message": .string(message),
      "retryable": .flag(Self.retryable.contains(code)),
    ])
    return text([
      "type": .string("response"), "id": .string(id), "ok": .flag(false), "error": error,
    ])
  }

  private func text(_ fields: KeyValuePairs<String, WireText>) -> AgenTaoFrame {
    .text(WireText.fields(fields).text())
  }
}

extension AgenTaoServerOffer {
  /// The members of an offer on this wire.
  fileprivate var fields: [(String, WireText)] {
    [
      ("callId", .string(call)), ("direction", .string("inbound")), ("caller", .string(from)),
      ("callee", .string(to)), ("offeredAtMs", .number(createdAt * 1_000)),
      ("mediaURL", .string(url)), ("mediaToken", .string(token)),
    ]
  }
}

extension Duration {
  /// Whole milliseconds, rounded down.
  fileprivate var wholeMilliseconds: Int { Int(wholeNanoseconds / 1_000_000) }
}
