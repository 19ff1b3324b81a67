import AudioEngine
import Budget

/// libFuzzer's entry: a caller's audio before the detectors of speech, and a session with turns behind them.
/// The first byte chooses the rate, the second how the audio is cut; the rest is samples.
@c(LLVMFuzzerTestOneInput)
public func fuzzVoice(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard input.count > 2 else { return 0 }
  // Some windows of the network, each a hundred thousand of its multiplications and more.
  let bytes = Array(input[2...].prefix(8_192))
  let rates =
    SampleRate.telephony + [SampleRate(hertz: 44_100), SampleRate(hertz: 1)].compactMap { $0 }
  let rate = rates[Int(input[0]) % rates.count]
  Budget(edges: 20_000_000, edgesPerByte: 20_000).spend(on: count) {
    detect(bytes, rate, cut: Int(input[1]))
    turns(bytes, cut: Int(input[1]))
  }
  return 0
}

/// However the audio is cut, a detector has heard the same at its end.
private func detect(_ bytes: [UInt8], _ rate: SampleRate, cut: Int) {
  var samples = [Int16](repeating: 0, count: bytes.count / 2)
  var room = samples.mutableSpan
  unsafe Linear16.decode(bytes.span.bytes, into: &room)
  var whole = VoiceDetector()
  var pieces = VoiceDetector()
  var gate = LevelGate()
  var gatePieces = LevelGate()
  _ = whole.hear(samples.span, rate: rate)
  _ = gate.hear(samples.span, rate: rate)
  var start = 0
  while start < samples.count {
    let end = min(start + 1 + (cut * 7 + start) % 700, samples.count)
    let piece = samples.span.extracting(start..<end)
    _ = pieces.hear(piece, rate: rate)
    _ = gatePieces.hear(piece, rate: rate)
    start = end
  }
  precondition(whole.probability == pieces.probability && whole.isOpen == pieces.isOpen)
  precondition(whole.windowCount == pieces.windowCount && whole.lastEdge == pieces.lastEdge)
  precondition(whole.spoken == pieces.spoken && whole.quietDuration == pieces.quietDuration)
  precondition((0...1).contains(whole.probability) && gate == gatePieces)
}

/// Every turn has one end, never too soon, whatever the audio and whenever it comes.
private func turns(_ bytes: [UInt8], cut: Int) {
  let chunk = ChunkPolicy(minimumBytes: 160, maximumBytes: 1_600, multipleBytes: 160)
  let configuration = SessionConfiguration(
    wire: WireFormat(.mulaw, .hz8000), botRate: .hz8000, playback: PlaybackPolicy(chunk: chunk))
  guard var session = try? MediaSession(configuration: configuration) else { return }
  session.detector = LevelGate()
  session.bargeIn = .immediate
  let policy = EndOfTurnPolicy(
    minimum: .milliseconds(100), usual: .milliseconds(200), longest: .milliseconds(400),
    patience: cut % 2 == 0 ? .milliseconds(cut) : nil, window: .milliseconds(cut))
  session.endOfTurn = policy
  var now = MonotonicTime.zero
  var isSpeaking = false
  var start = 0
  while start < bytes.count {
    // Each byte is a while of the same sound: long enough for words and pauses.
    let payload = [UInt8](repeating: bytes[start], count: 1 + cut * 4)
    _ = unsafe session.receive(payload: payload.span.bytes, at: now)
    now = now + .milliseconds(Int(bytes[start]) % 64)
    while session.poll(at: now) != nil {}
    while let event = session.nextEvent() {
      switch event {
      case .callerSpeech(let boundary):
        precondition(isSpeaking == (boundary.edge == .ended))
        isSpeaking = boundary.edge == .began
      case .turnEnded(let end): precondition(end.silence >= policy.minimum && !isSpeaking)
      case .turnEndAsked(let question):
        precondition(session.recentAudio.count <= 8 * cut)
        if bytes[start] % 3 > 0 {
          session.decideTurnEnd(Double(bytes[start]) / 128, of: question.number, at: now)
        }
      default: break
      }
    }
    start += 8
  }
}
