public import AudioEngine
import Foundation

extension ExotelPlatform {
  /// Judges one message of the bot and lets it have its effect.
  public mutating func received(_ message: BotMessage, at now: MonotonicTime) {
    switch message {
    case .binary(let byteCount):
      ledger.note(
        .binaryMessage, "a binary message of \(byteCount.grouped) bytes; Exotel takes text only")
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
        .invalidMessage, "text that is not a JSON object: \(BotText.excerpt(text))")
    }
    guard let event = json["event"] as? String else {
      return ledger.note(.invalidMessage, "a message without an event: \(BotText.excerpt(text))")
    }
    guard ["media", "mark", "clear"].contains(event) else {
      return ledger.note(.unknownEvent, "an unknown event: \(BotText.excerpt(event.utf8))")
    }
    judgeStream(json, event: event)
    switch event {
    case "media": media(json["media"] as? [String: Any], at: now)
    case "mark": mark(json["mark"] as? [String: Any], at: now)
    default: promptEchoes += ledger.receivedClear(at: now)
    }
  }

  /// Wrong ids are a problem, but the message counts: Exotel is reported to ignore them.
  private mutating func judgeStream(_ json: [String: Any], event: String) {
    let own = writer.streamSID
    switch (json["stream_sid"] as? String, json["streamSid"] as? String) {
    case (own, _): break
    case (let other?, _),
      (nil, let other?) where other != own:
      ledger.note(
        .wrongStream,
        "a \(event) for the stream \(BotText.excerpt(other.utf8)); this call's stream_sid is \(own)"
      )
    case (nil, own):
      ledger.remark("the bot writes streamSid; Exotel documents stream_sid")
    default:
      ledger.note(.wrongStream, "a \(event) without stream_sid")
    }
  }

  private mutating func media(_ body: [String: Any]?, at now: MonotonicTime) {
    guard let text = body?["payload"] as? String else {
      return ledger.note(.invalidMessage, "a media message without media.payload")
    }
    guard let payload = BotText.base64(text) else {
      return ledger.note(
        .invalidBase64, "a media payload that is not base64: \(BotText.excerpt(text.utf8))")
    }
    ledger.received(payload: payload, at: now)
  }

  private mutating func mark(_ body: [String: Any]?, at now: MonotonicTime) {
    guard let name = body?["name"] as? String else {
      return ledger.note(.invalidMessage, "a mark without mark.name")
    }
    if name.utf8.count > 64 {
      ledger.remark("a mark's name has more than 64 bytes; Exotel states no limit")
    }
    ledger.received(mark: name, at: now)
  }
}
