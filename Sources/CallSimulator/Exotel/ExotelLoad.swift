import AudioEngine
import Telephony

/// 16-bit audio in Exotel's words. Exotel itself sends every 100 ms; the cadence here is that of the load.
struct ExotelLoad: LoadDialect {
  var wire = WireFormat(.linear16, .hz8000)
  let rates = [SampleRate.hz8000, .hz16000, .hz24000]
  let events = LoadEvents()
  let needsStream = true

  func at(_ rate: SampleRate) -> ExotelLoad { ExotelLoad(wire: WireFormat(.linear16, rate)) }

  func rules(_ policy: JudgeRules.Policy) -> JudgeRules { .exotel(policy) }

  func start(_ stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"start\",\"sequence_number\":\"1\",\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"start\":{\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"call_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"account_sid\":\"load\",\"from\":\"1\",\"to\":\"2\",\"media_format\":")
    text.append("{\"encoding\":\"base64\",\"sample_rate\":\"")
    text.append(decimal: wire.rate.hertz)
    text.append("\"}}}")
  }

  func beginMedia(
    _ number: Int, at milliseconds: Int, of stream: String, into text: inout MessageBuffer
  ) {
    text.append("{\"event\":\"media\",\"sequence_number\":\"")
    text.append(decimal: number + 1)
    text.append("\",\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"media\":{\"timestamp\":\"")
    text.append(decimal: milliseconds)
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
