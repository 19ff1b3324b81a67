import AudioEngine
import Foundation

/// A sound as the callers of a load send it: base64, cut into messages.
struct LoadSound: Sendable {
  /// At least one.
  let messages: [[UInt8]]
  /// The size of each before base64.
  let messageBytes: Int
  /// How long it is.
  let duration: Duration

  /// Cuts `audio`, wire bytes of whole samples, into messages of `cadence`; the last message is filled up with
  /// silence, and a sound without a sample is one message of it.
  init(_ audio: [UInt8], as wire: WireFormat, every cadence: Duration) {
    let size = wire.byteCount(nanoseconds: cadence.wholeNanoseconds)
    messageBytes = size
    let starts = stride(from: 0, to: max(audio.count, 1), by: size)
    messages = starts.map { start in
      let piece = audio[start..<min(start + size, audio.count)]
      // Silence is a byte in every encoding: 0 for linear16.
      let padding = repeatElement(wire.encoding.silence, count: size - piece.count)
      return Self.base64(piece + padding)
    }
    duration = cadence * messages.count
  }

  /// A pattern of bytes for one message.
  init(repeating pattern: [UInt8], as wire: WireFormat, every cadence: Duration) {
    let size = wire.byteCount(nanoseconds: cadence.wholeNanoseconds)
    self.init((0..<size).map { pattern[$0 % pattern.count] }, as: wire, every: cadence)
  }

  /// An "ai" of 300 ms, loud at once: a gate on the level takes it for a caller, and so does a network that
  /// knows voices. Pulses through three resonances that move, as a throat makes them (Klatt, "Software for a
  /// cascade/parallel formant synthesizer", 1980).
  static func diphthong(as wire: WireFormat, every cadence: Duration) -> LoadSound {
    let rate = Double(wire.rate.hertz)
    let count = wire.rate.hertz * 3 / 10
    // From 150 Hz down to 110.
    let pulses = { (place: Int) in
      let time = Double(place) / rate
      return (150 * time - 66 * time * time).rounded(.down)
    }
    var sound = (0..<count).map { $0 == 0 || pulses($0) > pulses($0 - 1) ? 1.0 : 0 }
    for (first, last, width) in [(700.0, 300.0, 90.0), (1_150, 2_300, 110), (2_500, 3_000, 170)] {
      let decay = exp(-Double.pi * width / rate)
      var (before, beforeThat) = (0.0, 0.0)
      for place in sound.indices {
        let hertz = first + (last - first) * Double(place) / Double(count)
        let turn = 2 * decay * cos(2 * Double.pi * hertz / rate)
        let value = sound[place] + turn * before - decay * decay * beforeThat
        (before, beforeThat) = (value, before)
        sound[place] = value
      }
    }
    let peak = sound.reduce(1e-9) { max($0, abs($1)) }
    let samples = sound.map { Int16($0 / peak * 16_000) }
    return LoadSound(
      CallerScript.bytes(of: samples, as: wire.encoding), as: wire, every: cadence)
  }

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
    precondition(
      plan.speech?.rate ?? wire.rate == wire.rate,
      "resample the speech of a load to its streams' rate")
    precondition(
      plan.cadence > .zero && plan.cadence <= .milliseconds(500),
      "callers send every 500 ms at least")
    let speech = plan.speech.flatMap { CallerScript(saying: $0, as: wire.encoding) }.map {
      LoadSound($0.audio, as: wire, every: plan.cadence)
    }
    interruption = speech ?? .diphthong(as: wire, every: plan.cadence)
    let isQuiet = plan.interruptAfter != nil || (plan.bot == .speaks && speech == nil)
    voice = isQuiet ? LoadSound([], as: wire, every: plan.cadence) : speech
  }
}
