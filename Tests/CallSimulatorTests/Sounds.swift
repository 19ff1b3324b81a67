import AudioEngine
import CallSimulator
import Foundation

/// Sounds and bots that several suites use.
enum Sounds {
  /// A loud tone whose samples are all different enough to notice a shift.
  static func tone(seconds: Double, rate: SampleRate = .hz8000) -> WaveFile {
    let count = Int(seconds * Double(rate.hertz))
    let samples = (0..<count).map { index in
      let tone: Double = 9_000 * sin(Double(index) * 0.37)
      return Int16(tone) + Int16(index % 97) * 11 + 500
    }
    return WaveFile(rate: rate, samples: samples)
  }

  static func script(seconds: Double, rate: SampleRate = .hz8000) throws -> CallerScript {
    guard let script = CallerScript(saying: tone(seconds: seconds, rate: rate)) else {
      throw WaveFileError.unsupportedRate(hertz: rate.hertz)
    }
    return script
  }

  static func bytes(_ count: Int, _ value: UInt8 = 0x30) -> [UInt8] {
    Array(repeating: value, count: count)
  }
}

/// What a bot writes, spelt by hand.
enum Wire {
  static let sid = "3f91c27ad04e8b56a1d7e0c49b2f6a18bk"

  static func media(_ payload: [UInt8], sid: String = sid) -> BotAction {
    text(
      #"{"event":"media","stream_sid":"\#(sid)","media":{"payload":"\#(Data(payload).base64EncodedString())"}}"#
    )
  }

  static func mark(_ name: String) -> BotAction {
    text(#"{"event":"mark","stream_sid":"\#(sid)","mark":{"name":"\#(name)"}}"#)
  }

  static let clear = text(#"{"event":"clear","stream_sid":"\#(sid)"}"#)

  static func text(_ text: String) -> BotAction { .send(.text(Array(text.utf8))) }

  static func json(_ text: [UInt8]) -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]) ?? [:]
  }

  /// The event's name, whichever way the dialect spells it.
  static func event(_ text: [UInt8]) -> String {
    let json = json(text)
    return (json["event"] ?? json["Event"]) as? String ?? ""
  }

  static func payload(_ text: [UInt8]) -> [UInt8] {
    let media = json(text)["media"] as? [String: Any] ?? [:]
    var payload = (media["payload"] ?? media["Payload"]) as? String ?? ""
    while payload.count % 4 != 0 { payload += "=" }
    return Data(base64Encoded: payload).map(Array.init) ?? []
  }
}

extension ReactiveBot {
  /// A bot that does these things after the stream's start, and closes with 1000 after its stop.
  static func performing(_ reactions: [Reaction]) -> ReactiveBot {
    ReactiveBot { event, _ in
      guard case .text(let text) = event else { return [] }
      switch Wire.event(text) {
      case "start": return reactions
      case "stop": return [(.zero, .close(code: 1000))]
      default: return []
      }
    }
  }
}
