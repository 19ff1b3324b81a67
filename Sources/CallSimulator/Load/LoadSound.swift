import AudioEngine

/// A sound as the callers of a load send it: base64, cut into messages of 20 ms.
struct LoadSound: Sendable {
  /// At least one.
  let messages: [[UInt8]]
  /// The size of each before base64.
  let messageBytes: Int

  /// Cuts `audio`, wire bytes of whole samples; the last message is filled up with silence, and a sound
  /// without a sample is one message of it.
  init(_ audio: [UInt8], as wire: WireFormat) {
    let size = wire.bytesPerSecond / 50
    messageBytes = size
    let starts = stride(from: 0, to: max(audio.count, 1), by: size)
    messages = starts.map { start in
      let piece = audio[start..<min(start + size, audio.count)]
      // Silence is a byte in every encoding: 0 for linear16.
      let padding = repeatElement(wire.encoding.silence, count: size - piece.count)
      return Self.base64(piece + padding)
    }
  }

  /// A pattern of bytes for 20 ms.
  init(repeating pattern: [UInt8], as wire: WireFormat) {
    let size = wire.bytesPerSecond / 50
    self.init((0..<size).map { pattern[$0 % pattern.count] }, as: wire)
  }

  /// Loud enough for every detector, for 300 ms.
  static func loud(as wire: WireFormat) -> LoadSound {
    let pattern: [UInt8] = wire.encoding == .linear16 ? [0x00, 0x70, 0x00, 0x90] : [0x00, 0x80]
    let count = wire.bytesPerSecond * 3 / 10
    return LoadSound((0..<count).map { pattern[$0 % pattern.count] }, as: wire)
  }

  /// How long it is.
  var duration: Duration { .nanoseconds(LoadPlan.cadence * Int64(messages.count)) }

  private static func base64(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let bytes = Array(bytes)
    var text = [UInt8](repeating: 0, count: Base64.encodedCount(byteCount: bytes.count))
    var span = text.mutableSpan
    var room = unsafe span.mutableBytes
    _ = unsafe Base64.encode(bytes.span.bytes, into: &room)
    return text
  }
}

/// What the callers of a plan say, shared by all of them.
struct LoadSounds: Sendable {
  /// What all of them say most of the time; nil where each has a sound of its own.
  let voice: LoadSound?
  let interruption: LoadSound

  init(_ plan: LoadPlan) {
    let wire = plan.dialect.wire
    precondition(plan.speech?.rate ?? .hz8000 == .hz8000, "resample the speech of a load to 8 kHz")
    let speech = plan.speech.flatMap { CallerScript(saying: $0, as: wire.encoding) }.map {
      LoadSound($0.audio, as: wire)
    }
    interruption = speech ?? .loud(as: wire)
    let isQuiet = plan.interruptAfter != nil || (plan.bot == .speaks && speech == nil)
    voice = isQuiet ? LoadSound([], as: wire) : speech
  }
}
