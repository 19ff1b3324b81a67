import AudioEngine
import Telephony

/// mu-law at 8 kHz, as Plivo's streams are by default, or 16-bit audio at 16.
struct PlivoLoad: LoadDialect {
  var wire = WireFormat(.mulaw, .hz8000)
  let rates = [SampleRate.hz8000, .hz16000]
  let events = LoadEvents(
    media: "playAudio", mark: "checkpoint", clear: "clearAudio", others: ["sendDTMF"])

  func at(_ rate: SampleRate) -> PlivoLoad {
    PlivoLoad(wire: WireFormat(rate == .hz8000 ? .mulaw : .linear16, rate))
  }

  func rules(_ policy: JudgeRules.Policy) -> JudgeRules { .plivo(wire) }

  func start(_ stream: String, into text: inout MessageBuffer) {
    text.append("{\"sequenceNumber\":0,\"event\":\"start\",\"start\":{\"callId\":\"")
    text.append(utf8: stream)
    text.append("\",\"streamId\":\"")
    text.append(utf8: stream)
    text.append("\",\"accountId\":\"MAXXLOAD\",\"tracks\":[\"inbound\"],\"mediaFormat\":")
    text.append("{\"encoding\":\"audio/")
    text.append(wire.encoding == .mulaw ? "x-mulaw" : "x-l16")
    text.append("\",\"sampleRate\":")
    text.append(decimal: wire.rate.hertz)
    text.append("}},\"extra_headers\":\"\"}")
  }

  func beginMedia(
    _ number: Int, at milliseconds: Int, of stream: String, into text: inout MessageBuffer
  ) {
    text.append("{\"sequenceNumber\":")
    text.append(decimal: number)
    text.append(",\"streamId\":\"")
    text.append(utf8: stream)
    text.append("\",\"event\":\"media\",\"media\":{\"track\":\"inbound\",\"timestamp\":\"")
    text.append(decimal: milliseconds)
    text.append("\",\"chunk\":")
    text.append(decimal: number)
    text.append(",\"payload\":\"")
  }

  func played(_ name: String, of stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"playedStream\",\"streamId\":\"")
    text.append(utf8: stream)
    text.append("\",\"name\":")
    JSONText.appendQuoted(name, to: &text)
    text.append("}")
  }

  func cleared(_ stream: String, into text: inout MessageBuffer) -> Bool {
    text.append("{\"event\":\"clearedAudio\",\"streamId\":\"")
    text.append(utf8: stream)
    text.append("\"}")
    return true
  }

  func stop(_ stream: String, into text: inout MessageBuffer) {
    text.append("{\"event\":\"stop\",\"streamId\":\"")
    text.append(utf8: stream)
    text.append("\",\"reason\":\"call ended\"}")
  }
}
