import AudioEngine
import Telephony

/// What the callers of a load say, and what they understand: as little as a bot needs.
struct LoadWire {
  private let provider: LoadPlan.Provider
  let stream: String
  private let voice: LoadSound
  private let interruption: LoadSound
  /// Whether nobody else says the same.
  private let isUnique: Bool
  /// Where in its voice a caller begins, so that callers who say the same do not say it in step.
  private let offset: Int
  private(set) var messages = 0

  /// Every call says something of its own, so that audio which comes back to another caller is known.
  init(_ provider: LoadPlan.Provider, index: Int, _ sounds: LoadSounds) {
    self.provider = provider
    stream = "load-\(index)"
    interruption = sounds.interruption
    isUnique = sounds.voice == nil
    if let voice = sounds.voice {
      self.voice = voice
    } else {
      // Not silence, and the same again after decoding and encoding: mu-law's 0x7F, the other zero, is not.
      let low = UInt8(index % 127)
      let tag = provider == .plivo ? [low, low] : [low + 1, UInt8(index / 127 % 8)]
      voice = LoadSound(repeating: tag, as: provider.wire)
    }
    offset = index % voice.messages.count
  }

  /// Bytes of each message before base64.
  var payloadBytes: Int { voice.messageBytes }

  /// Whether this begins like what this call says; what all callers say tells nothing.
  func mayBeOwn(_ payload: RawSpan) -> Bool {
    guard isUnique else { return true }
    guard payload.byteCount >= 4 else { return false }
    let quiet = voice.messages[0]
    for index in 0..<4 {
      let byte = unsafe payload.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      guard byte == quiet[index] else { return false }
    }
    return true
  }

  func start(into text: inout MessageBuffer) {
    switch provider {
    case .plivo:
      text.append("{\"sequenceNumber\":0,\"event\":\"start\",\"start\":{\"callId\":\"")
      text.append(utf8: stream)
      text.append("\",\"streamId\":\"")
      text.append(utf8: stream)
      text.append("\",\"accountId\":\"MAXXLOAD\",\"tracks\":[\"inbound\"],\"mediaFormat\":")
      text.append("{\"encoding\":\"audio/x-mulaw\",\"sampleRate\":8000}},\"extra_headers\":\"\"}")
    case .exotel:
      text.append("{\"event\":\"start\",\"sequence_number\":\"1\",\"stream_sid\":\"")
      text.append(utf8: stream)
      text.append("\",\"start\":{\"stream_sid\":\"")
      text.append(utf8: stream)
      text.append("\",\"call_sid\":\"")
      text.append(utf8: stream)
      text.append("\",\"account_sid\":\"load\",\"from\":\"1\",\"to\":\"2\",\"media_format\":")
      text.append("{\"encoding\":\"base64\",\"sample_rate\":\"8000\"}}}")
    }
  }

  /// Writes the next message: one of the interruption, or the next of the caller's own voice.
  mutating func media(interrupting message: Int?, into text: inout MessageBuffer) {
    let own = (messages + offset) % voice.messages.count
    messages += 1
    switch provider {
    case .plivo:
      text.append("{\"sequenceNumber\":")
      text.append(decimal: messages)
      text.append(",\"streamId\":\"")
      text.append(utf8: stream)
      text.append("\",\"event\":\"media\",\"media\":{\"track\":\"inbound\",\"timestamp\":\"")
    case .exotel:
      text.append("{\"event\":\"media\",\"sequence_number\":\"")
      text.append(decimal: messages + 1)
      text.append("\",\"stream_sid\":\"")
      text.append(utf8: stream)
      text.append("\",\"media\":{\"timestamp\":\"")
    }
    text.append(decimal: messages * 20)
    text.append("\",\"chunk\":")
    text.append(decimal: messages)
    text.append(",\"payload\":\"")
    let payload = message.map { interruption.messages[$0] } ?? voice.messages[own]
    unsafe text.append(contentsOf: payload.span.bytes)
    text.append("\"}}")
  }

  func played(_ name: String, into text: inout MessageBuffer) {
    switch provider {
    case .plivo:
      text.append("{\"event\":\"playedStream\",\"streamId\":\"")
      text.append(utf8: stream)
      text.append("\",\"name\":")
      JSONText.appendQuoted(name, to: &text)
      text.append("}")
    case .exotel:
      text.append("{\"event\":\"mark\",\"stream_sid\":\"")
      text.append(utf8: stream)
      text.append("\",\"mark\":{\"name\":")
      JSONText.appendQuoted(name, to: &text)
      text.append("}}")
    }
  }

  func cleared(into text: inout MessageBuffer) -> Bool {
    guard provider == .plivo else { return false }
    text.append("{\"event\":\"clearedAudio\",\"streamId\":\"")
    text.append(utf8: stream)
    text.append("\"}")
    return true
  }

  func stop(into text: inout MessageBuffer) {
    text.append("{\"event\":\"stop\",\"stream_sid\":\"")
    text.append(utf8: stream)
    text.append("\",\"stop\":{\"reason\":\"callended\"},\"reason\":\"call ended\"}")
  }
}
