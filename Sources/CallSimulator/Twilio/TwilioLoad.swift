import AudioEngine
import Telephony

/// mu-law at 8 kHz, which Twilio's streams always are.
struct TwilioLoad: LoadDialect {
  let wire = WireFormat(.mulaw, .hz8000)
  let events = LoadEvents()
  let needsStream = true
  let returnsMarks = true

  func rules(_ policy: JudgeRules.Policy) -> JudgeRules { .twilio }

  func start(_ stream: String, into text: inout MessageBuffer) {
    text.append(
      "{\"event\":\"start\",\"sequenceNumber\":\"1\",\"start\":{\"accountSid\":\"ACLOAD\",")
    text.append("\"streamSid\":\"")
    text.append(utf8: stream)
    text.append("\",\"callSid\":\"")
    text.append(utf8: stream)
    text.append("\",\"tracks\":[\"inbound\"],\"mediaFormat\":{\"encoding\":\"audio/x-mulaw\",")
    text.append("\"sampleRate\":8000,\"channels\":1},\"customParameters\":{}},\"streamSid\":\"")
    text.append(utf8: stream)
    text.append("\"}")
  }

  func beginMedia(
    _ number: Int, at milliseconds: Int, of stream: String, into text: inout MessageBuffer
  ) {
    text.append("{\"event\":\"media\",\"sequenceNumber\":\"")
    text.append(decimal: number + 1)
    text.append("\",\"media\":{\"track\":\"inbound\",\"chunk\":\"")
    text.append(decimal: number)
    text.append("\",\"timestamp\":\"")
    text.append(decimal: milliseconds)
    text.append("\",\"payload\":\"")
  }

  func endMedia(of stream: String, into text: inout MessageBuffer) {
    text.append("\"},\"streamSid\":\"")
    text.append(utf8: stream)
    text.append("\"}")
  }

  func played(_ name: String, of stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"mark\",\"streamSid\":\"")
    text.append(utf8: stream)
    text.append("\",\"mark\":{\"name\":")
    JSONText.appendQuoted(name, to: &text)
    text.append("}}")
  }

  func stop(_ stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"stop\",\"streamSid\":\"")
    text.append(utf8: stream)
    text.append("\",\"stop\":{\"callSid\":\"")
    text.append(utf8: stream)
    text.append("\"}}")
  }
}
