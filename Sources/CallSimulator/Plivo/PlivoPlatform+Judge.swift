public import AudioEngine
import Foundation

extension PlivoPlatform {
  /// Documented bounds: a message, and the base64 of one chunk as it is recommended.
  private static let largestMessage = 65_536
  private static let recommendedBase64 = 16_384

  /// Judges one message of the bot and lets it have its effect.
  public mutating func received(_ message: BotMessage, at now: MonotonicTime) {
    switch message {
    case .binary(let byteCount):
      ledger.note(
        .binaryMessage, "a binary message of \(byteCount.grouped) bytes; Plivo takes text only")
    case .text(let bytes):
      received(text: bytes, at: now)
    }
  }

  private mutating func received(text: [UInt8], at now: MonotonicTime) {
    guard ledger.admitsMessage(at: now) else { return }
    if text.count > Self.largestMessage {
      ledger.note(
        .illegalSize, "a message of \(text.count.grouped) bytes; Plivo takes 65,536 at most")
    }
    guard
      let json = try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]
    else {
      return ledger.note(
        .invalidMessage, "text that is not a JSON object: \(BotText.excerpt(text))")
    }
    guard let event = json["event"] as? String else {
      return ledger.note(
        .invalidMessage, "a message without an event: \(BotText.excerpt(text))")
    }
    switch event {
    case "playAudio":
      judgeStream(json, event: event, isNeeded: false)
      playAudio(json["media"] as? [String: Any], at: now)
    case "checkpoint":
      judgeStream(json, event: event, isNeeded: true)
      checkpoint(json["name"], at: now)
    case "clearAudio":
      judgeStream(json, event: event, isNeeded: true)
      _ = ledger.receivedClear(at: now)
      if options.dialect.acknowledgesClear { clearsToConfirm += 1 }
    case "sendDTMF":
      keys(json["dtmf"])
    default:
      ledger.note(.unknownEvent, "an unknown event: \(BotText.excerpt(event.utf8))")
    }
  }

  private mutating func judgeStream(_ json: [String: Any], event: String, isNeeded: Bool) {
    let own = writer.streamID
    switch json["streamId"] {
    case let id as String where id == own:
      break
    case nil where !isNeeded:
      break
    case nil:
      ledger.remark("a \(event) without streamId, which Plivo documents")
    case let other?:
      let text = BotText.excerpt("\(other)".utf8)
      ledger.note(.wrongStream, "a \(event) for the stream \(text); this call's streamId is \(own)")
    }
  }

  private mutating func playAudio(_ body: [String: Any]?, at now: MonotonicTime) {
    guard let body, let text = body["payload"] as? String else {
      return ledger.note(.invalidMessage, "a playAudio without media.payload")
    }
    guard judgeFormat(body) else { return }
    guard let payload = BotText.base64(text) else {
      return ledger.note(
        .invalidBase64, "a payload that is not base64: \(BotText.excerpt(text.utf8))")
    }
    if text.utf8.count > Self.recommendedBase64 {
      ledger.remark("a payload of more than 16 KB of base64, Plivo's recommended maximum")
    }
    ledger.received(payload: payload, at: now)
  }

  /// Whether the audio is labelled as the stream's own; else Plivo plays nothing of it.
  private mutating func judgeFormat(_ body: [String: Any]) -> Bool {
    let type = body["contentType"] as? String
    let rate = (body["sampleRate"] as? NSNumber)?.intValue
    let rateText = body["sampleRate"] as? String
    if rateText != nil { ledger.remark("a sampleRate as a string; Plivo's reference has a number") }
    let rateFits = rate == script.format.rate.hertz || rateText == "\(script.format.rate.hertz)"
    if type == writer.contentType, rateFits { return true }
    let label = BotText.excerpt(
      "\(type ?? "none") at \(rateText ?? rate.map { "\($0)" } ?? "none")".utf8)
    ledger.note(
      .wrongFormat,
      "invalid_content_type: audio labelled \(label); the stream has \(writer.contentType) at \(script.format.rate.hertz)"
    )
    return false
  }

  private mutating func checkpoint(_ value: Any?, at now: MonotonicTime) {
    guard let name = value as? String, !name.isEmpty else {
      return ledger.note(.invalidMessage, "a checkpoint without a name")
    }
    if name.utf8.count > 64 {
      ledger.remark("a checkpoint's name has more than 64 bytes; Plivo states no limit")
    }
    ledger.received(mark: name, at: now)
  }

  private mutating func keys(_ value: Any?) {
    guard let keys = value as? String, !keys.isEmpty,
      keys.utf8.allSatisfy("0123456789*#ABCD".utf8.contains)
    else {
      return ledger.note(.invalidMessage, "a sendDTMF without keys of 0-9, *, # and A-D")
    }
    ledger.remark("the bot pressed keys")
  }
}
