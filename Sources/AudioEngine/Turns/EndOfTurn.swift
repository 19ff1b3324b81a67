/// Decides when a caller's turn is over, from what a detector says of each message and from time.
///
/// Silence is counted in the audio: from its position back to where the detector last heard speech. While
/// the detector holds speech open that is its own ``SpeechDetector/quietDuration``; once it has told the
/// end nothing but its next beginning counts, whatever noise it hears.
struct EndOfTurn {
  /// Something to tell.
  enum Change: Equatable {
    case began
    case ended(TurnEnd)
    case asks(TurnQuestion)
  }

  /// What a detector said of a message. Times in nanoseconds.
  struct Hearing {
    var edge: SpeechEdge?
    /// How much audio the message brought.
    var duration: Int64
    var quiet: Int64
    var spoken: Int64?
  }

  /// Silence that is no pause but a part of a word.
  static let leastPause: Int64 = 100_000_000
  /// Speech, after a turn that ended while the detector held it open, that begins another.
  static let leastSpeech: Int64 = 60_000_000
  /// How far a detector's word may waver of when it last heard speech: a block of the level gate.
  static let tolerance: Int64 = 20_000_000

  private let minimum: Int64
  private let longest: Int64
  private let patience: Int64?
  private let threshold: Int64
  private(set) var counts = TurnEndCounts()
  /// What is kept for whoever is asked.
  var recent: RecentAudio?

  /// The longest pause within turns, as ``EndOfTurnPolicy`` says.
  private var pause: Int64
  /// The longest of this turn.
  private var longestPause: Int64 = 0

  private var isInTurn = false
  /// Whether the detector holds speech open.
  private var isOpen = false
  /// Whether the turn has ended before the detector told an end of speech.
  private(set) var isEarly = false
  /// The audio heard, and how much of it up to the last speech.
  private var position: Int64 = 0
  private var lastSpeech: Int64 = 0
  /// What the detector had of speech, now and when the turn ended.
  private var spoken: Int64 = 0
  private var spokenAtEnd: Int64 = 0
  /// When the newest message came.
  private var heardAt: Int64 = 0
  /// The question of this pause, and the answer in thousandths.
  private var question: TurnQuestion?
  private var isOpenQuestion = false
  private var answer: Int64?

  init(_ policy: EndOfTurnPolicy, rate: SampleRate) {
    let bounds: ClosedRange<Int64> = 0...60_000_000_000
    minimum = policy.minimum.wholeNanoseconds.clamped(to: bounds)
    longest = policy.longest.wholeNanoseconds.clamped(to: minimum...bounds.upperBound)
    patience = policy.patience.map { $0.wholeNanoseconds.clamped(to: bounds) }
    threshold = policy.threshold.isNaN ? 1_000 : Self.thousandths(policy.threshold)
    pause = policy.usual.wholeNanoseconds.clamped(to: minimum...longest) / 5 * 4
    let window = policy.window.wholeNanoseconds.clamped(to: 0...30_000_000_000)
    if window > 0 { recent = RecentAudio(capacity: rate.sampleCount(nanoseconds: window)) }
    counts.hangover = .nanoseconds(hangover)
  }

  /// The silence that ends a turn now.
  private var hangover: Int64 { (pause + pause / 4).clamped(to: minimum...longest) }

  /// How long the caller has been silent, by the audio.
  private var silence: Int64 { position - lastSpeech }

  /// When ``advance(to:)`` has something to decide, without another message.
  var deadline: MonotonicTime {
    guard isInTurn else { return .distantFuture }
    let end = MonotonicTime(nanoseconds: heardAt - silence + longest)
    return isOpenQuestion ? min(question?.deadline ?? end, end) : end
  }

  /// Takes what was heard of a message; `isUnanswered` says whether the caller has heard nothing of the
  /// bot's since his last turn.
  mutating func hear(_ heard: Hearing, isUnanswered: Bool, at now: MonotonicTime) -> Change? {
    let silenceBefore = silence
    position += heard.duration
    heardAt = now.nanoseconds
    let wasOpen = isOpen
    if let edge = heard.edge { isOpen = edge == .began }
    let isHeard = isOpen || wasOpen && heard.edge == .ended
    let speech = isHeard ? max(lastSpeech, position - max(heard.quiet, 0)) : lastSpeech
    spoken = isOpen ? max(heard.spoken ?? position, 0) : 0
    if !isOpen { spokenAtEnd = 0 }
    // What came before the detector was sure is speech already.
    let onset = heard.edge == .began ? heard.spoken ?? 0 : 0
    let gap = max(silenceBefore - max(onset, 0), 0)
    let isAgain = speech > lastSpeech + Self.tolerance
    guard isInTurn else {
      let isEnough = isOpen && isAgain && spoken - spokenAtEnd >= Self.leastSpeech
      guard heard.edge == .began || isEnough else { return nil }
      // Beyond that he rather wonders whether anybody is there.
      if isUnanswered, gap <= min(2 * hangover, longest) {
        counts.resumed += 1
        learn(gap)
      }
      isInTurn = true
      lastSpeech = speech
      return .began
    }
    if isAgain || heard.edge == .began {
      if gap >= Self.leastPause { learn(gap) }
      overtake()
      lastSpeech = speech
    } else if silence < Self.leastPause {
      lastSpeech = speech
    }
    return decide(at: now)
  }

  /// Lets the passing of time do its part.
  mutating func advance(to now: MonotonicTime) -> Change? {
    guard isInTurn else { return nil }
    if isOpenQuestion, let question, now >= question.deadline {
      isOpenQuestion = false
      counts.unanswered += 1
    }
    if now.nanoseconds - heardAt + silence >= longest { return end(.silence, at: now) }
    return decide(at: now)
  }

  /// Takes an answer, that the turn is over by 0 to 1; nil, or what is no number, where nobody knows. One
  /// that comes too late is counted and changes nothing.
  mutating func answer(
    _ probability: Double?, to number: Int, at now: MonotonicTime
  ) -> (isTaken: Bool, change: Change?) {
    guard isInTurn, isOpenQuestion, question?.number == number else {
      if probability != nil { counts.late += 1 }
      return (false, nil)
    }
    isOpenQuestion = false
    guard let probability, !probability.isNaN else {
      counts.unanswered += 1
      return (true, decide(at: now))
    }
    counts.answered += 1
    let answer = Self.thousandths(probability)
    self.answer = answer
    return (true, answer >= threshold ? end(.detector, at: now) : decide(at: now))
  }

  private mutating func decide(at now: MonotonicTime) -> Change? {
    guard silence >= minimum else { return nil }
    if silence >= longest { return end(.silence, at: now) }
    if let patience, question == nil {
      counts.asked += 1
      let asked = TurnQuestion(
        number: counts.asked, silence: .nanoseconds(silence),
        deadline: now + .nanoseconds(patience))
      (question, isOpenQuestion) = (asked, true)
      return .asks(asked)
    }
    guard !isOpenQuestion, silence >= wait else { return nil }
    return end(.silence, at: now)
  }

  /// The silence that ends this turn.
  private var wait: Int64 {
    guard let answer else { return hangover }
    // At the threshold as long as without an answer, and up to the longest towards nought.
    return longest - (longest - hangover) / 1_000 * (answer * 1_000 / max(threshold, 1))
  }

  /// The caller has spoken on: nobody needs to answer any more.
  private mutating func overtake() {
    (question, isOpenQuestion, answer) = (nil, false, nil)
  }

  private mutating func learn(_ gap: Int64) {
    longestPause = max(longestPause, min(gap, longest))
    pause = max(pause, longestPause)
    counts.hangover = .nanoseconds(hangover)
  }

  private mutating func end(_ cause: TurnEnd.Cause, at now: MonotonicTime) -> Change {
    let since = heardAt - silence
    let ended = TurnEnd(
      speechEnd: MonotonicTime(nanoseconds: since), silence: .nanoseconds(now.nanoseconds - since),
      cause: cause, probability: answer.map { Double($0) / 1_000 })
    switch cause {
    case .silence: counts.bySilence += 1
    case .detector: counts.byDetector += 1
    }
    pause -= (pause - longestPause) / 16
    longestPause = 0
    counts.hangover = .nanoseconds(hangover)
    isInTurn = false
    isEarly = isOpen
    spokenAtEnd = spoken
    overtake()
    return .ended(ended)
  }

  /// The end of speech that was told early has come, or the caller speaks again.
  mutating func catchUp() { isEarly = false }

  private static func thousandths(_ probability: Double) -> Int64 {
    Int64((min(max(probability, 0), 1) * 1_000).rounded())
  }
}

extension Int64 {
  fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
