import AudioEngine

/// A caller who keeps to a script of steps and listens to the bot between them. The line is never dead: what
/// the caller does not say goes out as silence, as on a telephone.
///
/// Everything is decided where one message ends and the next begins, by what the caller's ear has had by
/// then; so the caller is as quick as the stream's cadence. Bounded by its steps, each of which ends in time.
struct ConversingCaller: Sendable {
  let steps: [CallerStep]
  private let format: WireFormat
  private let chunkBytes: Int
  private let start: MonotonicTime
  /// After the last step: how long the bot has to be quiet before the caller hangs up, and how long the
  /// caller waits for that.
  private let tail: Duration
  private let patience: Duration

  private(set) var outcomes: [StepOutcome] = []
  /// All that has gone out, silence included.
  private(set) var said: [UInt8] = []
  private var index = 0
  private var stepBegan: MonotonicTime
  private var speech: ArraySlice<UInt8> = []
  private var keys: ArraySlice<Character> = []
  private var nextKey: MonotonicTime?
  /// The end of the caller's last act, from which expectations count.
  private var lastAct: MonotonicTime
  /// The first loud sound of what the caller said last.
  private var interruption: MonotonicTime
  private var isActing = false
  private(set) var hangsUp = false
  /// Whether each 10 ms since the stream's start was audible, as far as the caller has listened.
  private var ear: [Bool] = []

  private static let betweenKeys: Duration = .milliseconds(250)
  /// Quiet that is no pause between two words.
  private static let quietFrames = 20
  private static let frame: Duration = .milliseconds(10)

  init(
    _ steps: [CallerStep], format: WireFormat, chunkBytes: Int, start: MonotonicTime,
    tail: Duration,
    patience: Duration
  ) {
    self.steps = steps
    self.format = format
    self.chunkBytes = chunkBytes
    self.start = start
    self.tail = tail
    self.patience = patience
    stepBegan = start
    lastAct = start
    interruption = start
  }

  /// When something has to go out.
  var due: MonotonicTime {
    if hangsUp { return time(ofByte: said.count) }
    let message = time(ofByte: said.count + chunkBytes)
    return min(message, nextKey ?? message)
  }

  /// Takes what is due next; nil where nothing is.
  mutating func take(at now: MonotonicTime, hearing line: PlayoutLine?) -> CallerSchedule.Step? {
    // The first steps begin with the stream.
    if said.isEmpty, outcomes.isEmpty { advance(at: start, hearing: line) }
    guard due <= now else { return nil }
    if hangsUp { return .hangUp }
    if let nextKey, nextKey <= now { return press(at: nextKey) }
    let spoken = speech.prefix(chunkBytes)
    speech.removeFirst(spoken.count)
    let message =
      Array(spoken) + Array(repeating: format.encoding.silence, count: chunkBytes - spoken.count)
    said += message
    let chunk = said.count / chunkBytes
    advance(at: time(ofByte: said.count), hearing: line)
    let end = format.nanoseconds(byteCount: said.count)
    return .speak(message[...], chunk: chunk, endsAtMs: Int(end / 1_000_000))
  }

  /// What the socket's end makes of the steps that were left.
  func outcomes(closeCode: Int?) -> [StepOutcome] {
    guard let closeCode else { return outcomes }
    var all = outcomes
    var isCut = false
    for at in index..<steps.count {
      if case .expect(.closedWith(let code, _)) = steps[at], !isCut {
        all.append(outcome(at, nil, passed: code == closeCode, "closed with \(closeCode)"))
      } else {
        isCut = true
        all.append(outcome(at, nil, passed: false, "the call was over before it"))
      }
    }
    return all
  }

  private mutating func press(at time: MonotonicTime) -> CallerSchedule.Step? {
    guard let key = keys.popFirst() else { return nil }
    lastAct = time
    interruption = time
    nextKey = keys.isEmpty ? nil : time + Self.betweenKeys
    return .press(key)
  }

  /// Goes on to the next step as often as one is done.
  private mutating func advance(at now: MonotonicTime, hearing line: PlayoutLine?) {
    listen(to: line, until: now)
    while !hangsUp, index < steps.count {
      guard let end = end(of: steps[index], at: now, hearing: line) else { return }
      outcomes.append(
        outcome(index, (now - start).inTenthsOfMilliseconds, passed: end.passed, end.seen))
      isActing = false
      stepBegan = now
      index += 1
    }
    guard !hangsUp else { return }
    let end = max(lastAct, stepBegan)
    hangsUp =
      max(line?.lastAudible ?? end, lastAct) + tail <= now || end + max(patience, tail) <= now
  }

  private typealias End = (passed: Bool, seen: String)

  /// Begins a step, or looks whether it is over; nil while it is not.
  private mutating func end(
    of step: CallerStep, at now: MonotonicTime, hearing line: PlayoutLine?
  ) -> End? {
    switch step {
    case .say(let audio):
      return speak(audio, at: now)
    case .pause(let time):
      return stepBegan + time <= now ? (true, "") : nil
    case .listen(let quiet, let atMost):
      if let last = line?.lastAudible, last > lastAct, last + quiet <= now { return (true, "") }
      return stepBegan + atMost <= now
        ? (false, "the bot had not spoken and fallen silent after \(atMost.inWords)") : nil
    case .interrupt(let audio, let after, let atMost):
      if isActing || isSounding(for: after) { return speak(audio, at: now) }
      return stepBegan + atMost <= now
        ? (false, "the bot had not spoken for \(after.inWords) after \(atMost.inWords)") : nil
    case .press(let all):
      if isActing { return keys.isEmpty ? (true, "") : nil }
      isActing = true
      keys = all[...]
      nextKey = now
      return nil
    case .hangUp:
      hangsUp = true
      return (true, "")
    case .expect(let expectation):
      return end(of: expectation, at: now)
    }
  }

  private mutating func speak(_ audio: [UInt8], at now: MonotonicTime) -> End? {
    if isActing { return speech.isEmpty ? (true, "") : nil }
    isActing = true
    speech = audio[...]
    let samples = WaveFile(format, wire: audio.span).samples
    func time(_ sample: Int?) -> MonotonicTime {
      now + .nanoseconds(format.rate.nanoseconds(sampleCount: sample ?? 0))
    }
    interruption = time(samples.firstIndex { $0.magnitude >= CallerScript.loud })
    lastAct = time(samples.lastIndex { $0.magnitude >= CallerScript.loud } ?? samples.count)
    return nil
  }

  private mutating func end(
    of expectation: CallerExpectation, at now: MonotonicTime
  ) -> End? {
    let waited = now - lastAct
    switch expectation {
    case .heardAtLeast(let time, let within):
      let heard = Self.frame * heard(since: lastAct).count(where: \.self)
      if heard >= time { return (true, "heard \(heard.inWords)") }
      return waited >= within ? (false, "heard \(heard.inWords) in \(waited.inWords)") : nil
    case .answeredWithin(let time):
      let frames = heard(since: lastAct)
      if let first = frames.firstIndex(of: true) {
        let answer = Self.frame * (first - frames.startIndex)
        return (answer <= time, "answered after \(answer.inWords)")
      }
      return waited > time ? (false, "no answer after \(waited.inWords)") : nil
    case .silentWithin(let time):
      // A quiet that begins in time has to last, too.
      var run = 0
      for (at, isLoud) in heard(since: interruption).enumerated() {
        run = isLoud ? 0 : run + 1
        guard run == Self.quietFrames else { continue }
        let silence = Self.frame * (at + 1 - run)
        return (silence <= time, "silent after \(silence.inWords)")
      }
      let sounded = now - interruption
      return sounded > time + .seconds(1)
        ? (false, "still sounding after \(sounded.inWords)") : nil
    case .closedWith(_, let within):
      guard stepBegan + within <= now else { return nil }
      hangsUp = true
      return (false, "the bot had not closed the socket after \(within.inWords)")
    }
  }

  /// Hears what has been in the ear since the last time.
  private mutating func listen(to line: PlayoutLine?, until now: MonotonicTime) {
    guard let line else { return }
    let begin = start + Self.frame * ear.count
    let samples = line.heard(from: begin, until: now)
    let length = format.rate.hertz / 100
    for at in stride(from: 0, to: samples.count - length + 1, by: length) {
      ear.append(samples[at..<(at + length)].contains { $0.magnitude > Loudness.audiblePeak })
    }
  }

  /// What the ear has had since a time.
  private func heard(since begin: MonotonicTime) -> ArraySlice<Bool> {
    let first = (begin - start + Self.frame - .nanoseconds(1)) / Self.frame
    return ear.dropFirst(max(Int(first), 0))
  }

  /// Whether the bot has sounded for that long, without a pause that ends what is said.
  private func isSounding(for time: Duration) -> Bool {
    let frames = Array(heard(since: stepBegan))
    guard let last = frames.lastIndex(of: true), frames.count - last < Self.quietFrames else {
      return false
    }
    let pause = Int(TurnMeter.longestPause / Self.frame)
    var first = last
    for at in stride(from: last, through: 0, by: -1) where frames[at] {
      if first - at > pause { break }
      first = at
    }
    return Self.frame * (frames.count - first) >= time
  }

  private func time(ofByte count: Int) -> MonotonicTime {
    start + .nanoseconds(format.nanoseconds(byteCount: count))
  }

  private func outcome(_ at: Int, _ atMs: Double?, passed: Bool, _ seen: String) -> StepOutcome {
    StepOutcome(step: at + 1, does: steps[at].words, atMs: atMs, passed: passed, seen: seen)
  }
}
