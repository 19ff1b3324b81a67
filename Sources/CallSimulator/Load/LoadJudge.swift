import AudioEngine

/// What one caller of a load finds wrong with the bot: the rules of a single call, by the same
/// ``JudgeRules``.
struct LoadJudge {
  private(set) var problems = ProblemLog()
  /// Silence in the middle of speech.
  private(set) var holes = 0
  private(set) var silence: Duration = .zero
  /// Worth knowing, but no problem.
  private(set) var remark: String?

  private let rules: JudgeRules
  private let format: WireFormat
  private var marks = UtteranceMarks()
  /// The audio before the next message's, whose end tells whether a hole behind it is heard.
  private var latest: [UInt8] = []
  private var hasLegal = false

  init(_ rules: JudgeRules, _ format: WireFormat) {
    self.rules = rules
    self.format = format
  }

  mutating func note(_ problem: Problem, _ sentence: String) { problems.note(problem, sentence) }

  /// Whether a message may have an effect now; what is wrong with its time is noted.
  mutating func admits(isStarted: Bool, sinceStop: Duration?) -> Bool {
    guard isStarted else {
      note(.beforeStart, "sent a message before the stream's start")
      return false
    }
    guard let sinceStop else { return true }
    if sinceStop > rules.stopGrace {
      note(.afterStop, "sent a message \(Self.ms(sinceStop)) after stop")
    }
    return false
  }

  /// Reads a media message's payload; nil where it is not base64.
  mutating func payload(of text: RawSpan) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: Base64.decodedCapacity(characterCount: text.byteCount))
    var span = bytes.mutableSpan
    var room = unsafe span.mutableBytes
    let count: Int
    do { count = try Base64.decode(text, into: &room) } catch {
      note(.invalidBase64, "a media payload that is \(error)")
      return nil
    }
    bytes.removeLast(bytes.count - count)
    judge(bytes)
    return bytes
  }

  private mutating func judge(_ payload: [UInt8]) {
    if let objection = rules.objection(toPayloadOf: payload.count) {
      let advice = PayloadAdvice(rules: rules, format: format)
        .text(onSize: payload.count, followsLegal: hasLegal)
      note(
        .illegalSize, "a chunk of \(payload.count.grouped) bytes, \(objection): \(advice)")
    } else {
      hasLegal = true
    }
    if let disguise = PayloadAdvice.disguise(of: payload.span) { note(.wrongFormat, disguise) }
  }

  /// The caller hears a payload after `gap` of silence, zero for none, and `bytes` bytes of audio.
  mutating func heard(_ payload: [UInt8], after gap: Duration, bytes: Int, ahead lead: Duration) {
    let isMarked = marks.goesOn(after: bytes, isSilentBefore: gap > .zero)
    if gap > .zero {
      let slice = format.byteCount(nanoseconds: PlayoutLine.slice.wholeNanoseconds)
      let isAudible =
        Loudness.isAudible(latest.suffix(slice), format)
        && Loudness.isAudible(payload.prefix(slice), format)
      if rules.isHole(gap, isAudible: isAudible, isMarked: isMarked) {
        holes += 1
        silence += gap
        note(.gap, "a gap of \(Self.ms(gap)): the next chunk came too late")
      }
    }
    if lead > rules.longestLead {
      note(
        .lead,
        "sent \(Self.ms(lead)) ahead of the ear; the platform may hold no more than "
          + Self.ms(rules.longestLead))
    }
    latest = payload
  }

  /// The bot has named the place after `bytes` bytes of audio.
  mutating func marked(after bytes: Int) { marks.marked(after: bytes) }

  /// The bot has taken back what was not heard.
  mutating func cleared() { marks.cleared() }

  /// The bot has not closed the socket in time, and this side does.
  mutating func leftOpen() {
    if !rules.platformCloses {
      remark = "the bot left the socket open after stop; the load closed it"
    }
  }

  /// The socket has ended.
  mutating func closed(code: UInt16, isStopped: Bool) {
    switch Closing(code: Int(code), isStopped: isStopped) {
    case .proper: break
    case .careless(let sentence): remark = sentence
    case .wrong(let sentence): note(.close, sentence)
    }
  }

  private static func ms(_ duration: Duration) -> String {
    "\(Int(duration.inMilliseconds.rounded()).grouped) ms"
  }
}
