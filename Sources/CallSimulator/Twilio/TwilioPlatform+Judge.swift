public import AudioEngine
import Foundation

extension TwilioPlatform {
  /// Judges one message of the bot and lets it have its effect. What Twilio ignores (errors 31950 and
  /// 31951, told once a stream in its debugger) has none.
  public mutating func received(_ message: BotMessage, at now: MonotonicTime) {
    switch message {
    case .binary(let byteCount):
      ledger.note(
        .binaryMessage,
        "a binary message of \(byteCount.grouped) bytes; Twilio takes text only (error 31950)")
    case .text(let bytes):
      received(text: bytes, at: now)
    }
  }

  private mutating func received(text: [UInt8], at now: MonotonicTime) {
    guard ledger.admitsMessage(at: now) else { return }
    guard
      let json = try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]
    else {
      return ledger.note(
        .invalidMessage,
        "text that is not a JSON object: \(BotText.excerpt(text)) (error 31924)")
    }
    guard let event = json["event"] as? String else {
      return ledger.note(
        .invalidMessage, "a message without an event: \(BotText.excerpt(text)) (error 31951)")
    }
    guard ["media", "mark", "clear"].contains(event) else {
      return ledger.note(
        .unknownEvent, "an unknown event: \(BotText.excerpt(event.utf8)) (error 31951)")
    }
    guard isForThisStream(json, event: event) else { return }
    switch event {
    case "media": media(json["media"] as? [String: Any], at: now)
    case "mark": mark(json["mark"] as? [String: Any], at: now)
    default: promptEchoes += ledger.receivedClear(at: now)
    }
  }

  private mutating func isForThisStream(_ json: [String: Any], event: String) -> Bool {
    let own = options.streamSID
    guard let stream = json["streamSid"] else {
      ledger.note(.wrongStream, "a \(event) without streamSid, which Twilio ignores (error 31951)")
      return false
    }
    guard stream as? String == own else {
      let text = BotText.excerpt("\(stream)".utf8)
      ledger.note(
        .wrongStream,
        "a \(event) for the stream \(text), which Twilio ignores (error 31951); this call's streamSid is \(own)"
      )
      return false
    }
    return true
  }

  private mutating func media(_ body: [String: Any]?, at now: MonotonicTime) {
    guard let text = body?["payload"] as? String else {
      return ledger.note(
        .invalidMessage, "a media message without media.payload (error 31951)")
    }
    guard let payload = BotText.base64(text) else {
      return ledger.note(
        .invalidBase64, "a media payload that is not base64: \(BotText.excerpt(text.utf8))")
    }
    if payload.count % 160 != 0 {
      ledger.remark(
        "payloads that are no whole frames of 20 ms (160 bytes); words that begin so were heard to stutter"
      )
    }
    ledger.received(payload: payload, at: now)
  }

  private mutating func mark(_ body: [String: Any]?, at now: MonotonicTime) {
    guard let name = body?["name"] as? String else {
      return ledger.note(.invalidMessage, "a mark without mark.name (error 31951)")
    }
    if name.utf8.count > 64 {
      ledger.remark("a mark's name has more than 64 bytes; Twilio states no limit")
    }
    ledger.received(mark: name, at: now)
  }
}

extension JudgeRules {
  /// Twilio: payloads of any length, and ten minutes of buffer; more is dropped (error 31931). The socket is
  /// the platform's to close.
  public static let twilio: JudgeRules = {
    var rules = JudgeRules(
      minimumBytes: 1, maximumBytes: 4_800_000, multipleBytes: 1, longestLead: .seconds(600))
    rules.capacity = .seconds(600)
    rules.platformCloses = true
    return rules
  }()
}
