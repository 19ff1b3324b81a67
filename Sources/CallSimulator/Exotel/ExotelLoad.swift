import AudioEngine
import Telephony

/// 16-bit audio at 8 kHz in Exotel's words. Exotel itself sends every 100 ms; the cadence here is that of
/// the load.
struct ExotelLoad: LoadDialect {
  let wire = WireFormat(.linear16, .hz8000)
  let events = LoadEvents()
  let needsStream = true

  func rules(_ policy: JudgeRules.Policy) -> JudgeRules { .exotel(policy) }

  func start(_ stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"start\",\"sequence_number\":\"1\",\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"start\":{\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"call_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"account_sid\":\"load\",\"from\":\"1\",\"to\":\"2\",\"media_format\":")
    text.append("{\"encoding\":\"base64\",\"sample_rate\":\"8000\"}}}")
  }

  func beginMedia(_ number: Int, of stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"media\",\"sequence_number\":\"")
    text.append(decimal: number + 1)
    text.append("\",\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"media\":{\"timestamp\":\"")
    text.append(decimal: number * 20)
    text.append("\",\"chunk\":")
    text.append(decimal: number)
    text.append(",\"payload\":\"")
  }

  func played(_ name: String, of stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"mark\",\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"mark\":{\"name\":")
    JSONText.appendQuoted(name, to: &text)
    text.append("}}")
  }

  func stop(_ stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"stop\",\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"stop\":{\"reason\":\"callended\"}}")
  }
}
