import AudioEngine

/// When the caller's audio, keys and hang-up are due: a ``CallerScript`` laid on one call's time.
struct CallerSchedule: Sendable {
  enum Step: Hashable, Sendable {
    /// The wire bytes of one media message; `endsAtMs` is its end on the caller's own line, which runs at
    /// real time whatever the speed.
    case speak(ArraySlice<UInt8>, chunk: Int, endsAtMs: Int)
    case press(Character)
    case hangUp
  }

  let script: CallerScript
  let start: MonotonicTime
  private let chunkBytes: Int
  private var spokenBytes = 0
  private var spokenChunks = 0
  private var pressedKeys = 0
  private var hasHungUp = false
  /// Where the script leaves all to somebody who is alive.
  private var live: LiveCaller?
  /// Where the script is a conversation.
  private var conversation: ConversingCaller?
  /// How late the latest step was taken: the simulator's own starvation, not the bot's.
  private(set) var longestLateness: Duration = .zero

  init(_ script: CallerScript, start: MonotonicTime) {
    precondition(script.speed > 0, "a caller's speed is more than 0; 1 is real time")
    self.script = script
    self.start = start
    let bytes = script.format.byteCount(nanoseconds: script.cadence.wholeNanoseconds)
    self.chunkBytes = max(script.messageBytes ?? bytes, 1)
    live = script.isLive ? LiveCaller(format: script.format, chunkBytes: chunkBytes) : nil
    conversation = script.steps.map { [chunkBytes] in
      ConversingCaller(
        $0, format: script.format, chunkBytes: chunkBytes, start: start, tail: script.tail,
        patience: script.patience)
    }
  }

  /// What the caller says in all; of a conversation what has been said.
  var said: [UInt8] { conversation?.said ?? script.audio }

  /// What came of a conversation's steps, given how the socket was closed; nil where it is open.
  func outcomes(closeCode: Int?) -> [StepOutcome] {
    conversation?.outcomes(closeCode: closeCode) ?? []
  }

  /// When the next step is due, given what the caller hears so far.
  func due(hearing line: PlayoutLine?) -> MonotonicTime? {
    if hasHungUp { return nil }
    let own =
      live.map { $0.isDue ? start : nil } ?? conversation?.due
      ?? planned(lastAudible: line?.lastAudible)
    return [own, script.longest.map { start + $0 }].compactMap(\.self).min()
  }

  private func planned(lastAudible: MonotonicTime?) -> MonotonicTime? {
    let key = nextKey.map { start + $0.at }
    let speech = nextSpeech.map { time(spoken: $0.upperBound) }
    if let next = [key, speech].compactMap(\.self).min() { return next }
    let silence = max(start + script.speakingTime, lastAudible ?? start)
    let tail = lastAudible == nil ? script.tailBeforeAnswer ?? script.tail : script.tail
    let limit = start + script.speakingTime + max(script.patience, tail)
    return min(silence + tail, limit)
  }

  /// A live caller does something; others keep to their script.
  mutating func perform(_ act: CallerAct) { live?.take(act) }

  /// Takes the next step if it is due.
  mutating func take(at now: MonotonicTime, hearing line: PlayoutLine?) -> Step? {
    if let longest = script.longest, !hasHungUp, start + longest <= now {
      hasHungUp = true
      return .hangUp
    }
    if live != nil { return takeLive() }
    guard let due = due(hearing: line), due <= now else { return nil }
    longestLateness = max(longestLateness, now - due)
    if conversation != nil {
      let step = conversation?.take(at: now, hearing: line)
      hasHungUp = step == .hangUp
      return step
    }
    if let key = nextKey, start + key.at <= due {
      pressedKeys += 1
      return .press(key.digit)
    }
    if let range = nextSpeech { return speak(script.audio[range]) }
    hasHungUp = true
    return .hangUp
  }

  private mutating func takeLive() -> Step? {
    guard !hasHungUp, live?.isDue ?? false else { return nil }
    if let key = live?.nextKey() { return .press(key) }
    if let speech = live?.nextSpeech() { return speak(speech) }
    hasHungUp = true
    return .hangUp
  }

  private mutating func speak(_ audio: ArraySlice<UInt8>) -> Step {
    spokenBytes += audio.count
    spokenChunks += 1
    let nanoseconds = script.format.nanoseconds(byteCount: spokenBytes)
    return .speak(audio, chunk: spokenChunks, endsAtMs: Int(nanoseconds / 1_000_000))
  }

  private var nextKey: CallerScript.KeyPress? {
    pressedKeys < script.keys.count ? script.keys[pressedKeys] : nil
  }

  private var nextSpeech: Range<Int>? {
    guard spokenBytes < script.audio.count else { return nil }
    return spokenBytes..<min(spokenBytes + chunkBytes, script.audio.count)
  }

  /// A message can be sent when its last sample has been spoken, never before.
  private func time(spoken bytes: Int) -> MonotonicTime {
    start + .nanoseconds(script.format.nanoseconds(byteCount: bytes)) / script.speed
  }
}
