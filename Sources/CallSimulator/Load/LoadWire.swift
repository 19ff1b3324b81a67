import AudioEngine

/// What the callers of a load say, and what they understand: as little as a bot needs.
struct LoadWire {
  private let dialect: any LoadDialect
  private let cadence: Duration
  let stream: String
  private let voice: LoadSound
  private let interruption: LoadSound
  /// Whether nobody else says the same.
  private let isUnique: Bool
  /// Where in its voice a caller begins, so that callers who say the same do not say it in step.
  private let offset: Int
  private(set) var messages = 0

  /// Every call says something of its own, so that audio which comes back to another caller is known.
  init(_ plan: LoadPlan, index: Int, _ sounds: LoadSounds) {
    dialect = plan.dialect
    cadence = plan.cadence
    stream = "\(plan.name)-\(index)"
    interruption = sounds.interruption
    isUnique = sounds.voice == nil
    if let voice = sounds.voice {
      self.voice = voice
    } else {
      // Not silence, and the same again after decoding and encoding: mu-law's 0x7F, the other zero, is not.
      let low = UInt8(index % 127)
      let isWide = dialect.wire.encoding == .linear16
      let tag = isWide ? [low + 1, UInt8(index / 127 % 8)] : [low, low]
      voice = LoadSound(repeating: tag, as: dialect.wire, every: cadence)
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

  func start(into text: inout MessageBuffer) { dialect.start(stream, into: &text) }

  /// Writes the next message: one of the interruption, or the next of the caller's own voice.
  mutating func media(interrupting message: Int?, into text: inout MessageBuffer) {
    let own = (messages + offset) % voice.messages.count
    messages += 1
    let end = Int((cadence * messages).wholeNanoseconds / 1_000_000)
    dialect.beginMedia(messages, at: end, of: stream, into: &text)
    let payload = message.map { interruption.messages[$0] } ?? voice.messages[own]
    unsafe text.append(contentsOf: payload.span.bytes)
    dialect.endMedia(of: stream, into: &text)
  }

  func played(_ name: String, into text: inout MessageBuffer) {
    dialect.played(name, of: stream, into: &text)
  }

  func cleared(into text: inout MessageBuffer) -> Bool { dialect.cleared(stream, into: &text) }

  func stop(into text: inout MessageBuffer) { dialect.stop(stream, into: &text) }
}
