/// The far half of speech: when the ear hears what has left, and what of it was heard. Positions are
/// those of ``Speech``.
///
/// What holds: `played <= resumable` and `played <= estimate`, none of which goes back while there is
/// speech, and no position lies beyond what has left. What the platform echoes moves `played` alone;
/// before its first echo the clock does, less the policy's bound.
struct Playout: ~Copyable {
  /// What has been heard, at least and at most.
  struct Ear: Equatable {
    let played: Int
    let limit: Int
  }

  /// Whether speech is to leave.
  private enum Hold {
    case none
    /// A pause holds it, since so much was heard.
    case paused(played: Int)
  }

  /// Whether the platform is to be told to drop what it holds.
  private enum Clear {
    case none
    /// The next message says so; the speech was dropped at a time.
    case due(since: MonotonicTime)
  }

  /// Places in the speech, as the ear passes them.
  private struct Places {
    /// The caller has heard everything before this.
    var certain: Int
    /// The best guess of the same.
    var estimate: Int
    /// A pause takes back what left from here on.
    var resumable: Int
    /// What left before a pause took it back may have been heard up to here.
    var reach: Int
    /// Where the last mark was sent.
    var mark: Int

    init(at position: Int) {
      certain = position
      estimate = position
      resumable = position
      reach = position
      mark = position
    }
  }

  private let bound: Int64
  private let buffer: Int64
  private let markInterval: Int
  private let echoesMarks: Bool
  private let wire: WireFormat

  private var clock: PlaybackClock
  private var latency = LatencyEstimate()
  private(set) var lead: AdaptiveLead
  private var places = Places(at: 0)
  /// The time that ``places`` are of; nil where something else than time has moved the ear since. What
  /// leaves does not: its beginning is where the ear is at the earliest.
  private var advanced: Int64?
  private var marks = Marks()
  /// The newest echo since the speech was last cut: which audio it was of, which place, how late.
  private var newestEcho: (runOffset: Int, place: Int64, late: Int64)?
  private var hold = Hold.none
  private var clear = Clear.none
  /// The speech of the newest clear, where the platform acknowledges clears and has not yet.
  private var cut: CutSpeech?
  private let inPlace = InPlace()

  init(_ policy: PlaybackPolicy, wire: WireFormat) {
    bound = policy.latencyBound.wholeNanoseconds
    buffer = policy.platformBuffer.wholeNanoseconds
    markInterval = wire.byteCount(nanoseconds: policy.markInterval.wholeNanoseconds)
    echoesMarks = policy.echoesMarks
    self.wire = wire
    clock = PlaybackClock(format: wire)
    lead = AdaptiveLead(policy.lead)
  }

  /// Heard for certain.
  var played: Int {
    if case .paused(let played) = hold { played } else { places.certain }
  }

  /// Heard as far as can be guessed.
  var estimate: Int { max(places.estimate, places.certain) }

  /// What has been heard at `now`, at least and at most.
  func ear(at now: MonotonicTime) -> Ear {
    Ear(played: played, limit: max(clock.limit(at: now.nanoseconds), places.reach))
  }

  /// Where a pause has to begin again; what is before it need not be kept.
  var resumable: Int { places.resumable }

  /// Lets the ear move on.
  mutating func advance(to now: MonotonicTime) {
    let time = now.nanoseconds
    guard !isPaused, time != advanced else { return }
    advanced = time
    if !latency.hasEcho { places.certain = max(places.certain, clock.passed(at: time - bound)) }
    places.estimate = max(
      places.estimate, places.certain, clock.passed(at: time - latency.mean))
    places.resumable = max(places.resumable, places.certain, clock.passed(at: time - late))
    clock.forget(before: time - 2 * bound)
  }

  /// Later than this the ear rarely is, and the policy says never later than its bound.
  private var late: Int64 { min(latency.late, bound) }

  /// Takes out the next mark that counts as played: its echo has come, though never before the ear can
  /// have reached it; without an echo, when by the policy's bound it has been heard.
  mutating func takePlayedMark(at now: MonotonicTime) -> SentMark? {
    // Asked with every message, and a mark is long to copy: so first the one time that says no.
    guard now.nanoseconds >= marks.earliestEnd, let oldest = marks.sent.first,
      now.nanoseconds >= end(of: oldest)
    else { return nil }
    marks.removeSent()
    advanced = nil
    places.certain = max(places.certain, oldest.mark.position)
    return oldest
  }

  /// Takes out the next mark inside a payload that the ear has passed, as it goes since the last echo.
  mutating func takeReckonedMark(at now: MonotonicTime) -> Mark? {
    guard let mark = marks.reckoned, let time = reckonedEnd(of: mark), now.nanoseconds >= time
    else { return nil }
    marks.tellReckoned()
    return mark.mark
  }

  /// When the ear passes the place of a mark inside a payload if nothing has held it up since the newest
  /// echo: an echo has taken its time to come, so this is rather late. Where that was of other audio or long
  /// ago, when it rarely is later by all echoes so far; nil before the first.
  private func reckonedEnd(of mark: SentMark) -> Int64? {
    guard mark.reachedAt < mark.playedAt, latency.hasEcho else { return nil }
    if let newestEcho, newestEcho.runOffset == mark.runOffset,
      mark.reachedAt - newestEcho.place <= bound
    {
      return mark.reachedAt + newestEcho.late
    }
    return clock.latest(mark.reachedAt, offset: mark.offset) + late
  }

  /// When ``takePlayedMark(at:)`` or ``takeReckonedMark(at:)`` gives one.
  @inline(__always)
  var markDeadline: Int64? {
    guard let oldest = marks.sent.first else { return nil }
    let end = end(of: oldest)
    return marks.reckoned.flatMap { reckonedEnd(of: $0) }.map { min($0, end) } ?? end
  }

  private func end(of mark: SentMark) -> Int64 {
    mark.isEchoed ? mark.playedAt : clock.latest(mark.playedAt, offset: mark.offset) + bound
  }

  /// How much later than the clock the ear is, as echoes have shown; nothing before the first.
  var knownLatency: Int64 { latency.hasEcho ? latency.mean : 0 }

  /// Takes the platform's echo of a mark.
  ///
  /// - Returns: whether it was awaited.
  mutating func echo(_ name: String, at now: MonotonicTime) -> Bool {
    guard let serial = Marks.serial(of: name) else { return false }
    guard let mark = marks.echo(serial) else {
      cut?.echo(serial, at: now)
      return false
    }
    if !mark.isEchoed {
      advanced = nil
      newestEcho = (mark.runOffset, mark.playedAt, max(now.nanoseconds - mark.playedAt, 0))
      // Beyond the policy's bound an echo tells of marks, not of the ear; what is kept to be sent again
      // must not grow with it.
      latency.observe(min(now.nanoseconds - mark.playedAt, bound))
      // What that latency does not explain may be what a lost clear has left in front; no more.
      clock.heard(upTo: mark.offset, by: now.nanoseconds - late)
    }
    return true
  }

  /// Adds a mark behind all others.
  mutating func add(_ mark: Mark) {
    marks.add(mark)
  }

  /// Whether a mark is to be sent at once when everything before `sent` has left.
  @inline(__always)
  func owesMark(at sent: Int) -> Bool { marks.isDue(at: sent) }

  /// The next mark to send when everything before `sent` has left: one of the bot's, or one of the
  /// engine's own where `speaking` has gone on for long without.
  ///
  /// - Returns: its name; nil where none is due or the platform echoes none.
  mutating func nextMark(at sent: Int, speaking: Epoch?, now: MonotonicTime) -> String? {
    // The end of an utterance is its last audio, which leaves together with its padding.
    while let mark = marks.takeDue(at: sent) {
      let name = send(mark, at: sent, now: now)
      if echoesMarks { return name }
    }
    guard echoesMarks, sent - places.mark >= markInterval, let speaking else { return nil }
    return send(Mark(position: sent, epoch: speaking, kind: .position), at: sent, now: now)
  }

  private mutating func send(_ mark: Mark, at sent: Int, now: MonotonicTime) -> String {
    places.mark = sent
    let playedAt = max(clock.earEnd ?? now.nanoseconds, now.nanoseconds)
    return marks.send(
      mark, offset: clock.left, playedAt: playedAt,
      reachedAt: min(clock.time(at: mark.position) ?? playedAt, playedAt),
      runOffset: clock.runOffset)
  }

  /// Whether the ear has caught up with everything that has left.
  @inline(__always)
  func isDry(at now: Int64) -> Bool { clock.earEnd.map { now > $0 } ?? true }

  /// When the ear catches up with everything that has left; nil while it hears nothing.
  @inline(__always)
  var earEnd: Int64? { clock.earEnd }

  /// When a payload of so many bytes is to leave: when the lead has fallen to the policy's, and when the
  /// platform has room for it; as if the ear had caught up at `now` where it hears nothing.
  @inline(__always)
  func dueTime(byteCount: Int, at now: Int64) -> Int64 {
    let most = max(buffer - wire.nanoseconds(byteCount: byteCount), 0)
    return (clock.earEnd ?? now) - min(lead.nanoseconds, most)
  }

  /// Notes that a payload left at `now` which was due at `due`, of an utterance that has been leaving
  /// since `leavesSince`, nil for its first.
  mutating func left(
    _ chunk: LegalChunk, at now: Int64, due: Int64, leavesSince: Int64?,
    _ statistics: inout SessionStatistics.Outbound
  ) {
    if let leavesSince, let earEnd = clock.earEnd {
      // What builds up the lead at the beginning leaves at once and is not late.
      let lateness = now - min(max(due, leavesSince), now)
      lead.observe(lateness: lateness)
      statistics.lateness.add(nanoseconds: lateness)
      statistics.lead.add(nanoseconds: earEnd - now)
      if now > earEnd {
        statistics.underruns += 1
        statistics.insertedSilence += .nanoseconds(now - earEnd)
      }
    }
    clock.sent(chunk.position..<chunk.audioEnd, padding: chunk.paddingByteCount, at: now)
  }

  /// Halves the lead for good.
  mutating func lowerLead() {
    lead.lower()
  }

  /// Whether a pause holds speech.
  @inline(__always)
  var isPaused: Bool {
    if case .paused = hold { true } else { false }
  }

  /// Holds speech. All that has left may be heard until the clear arrives; ``takeBack(to:)`` follows.
  mutating func pause(at now: MonotonicTime) {
    hold = .paused(played: places.certain)
    places.reach = max(places.reach, clock.end)
    _ = askForClear(at: now)
  }

  /// Speech leaves again from `position` on, its marks with it.
  mutating func takeBack(to position: Int) {
    places.mark = min(places.mark, position)
    advanced = nil
    clock.cleared(position: position)
    newestEcho = nil
    marks.takeBack()
  }

  /// Lets speech leave again.
  mutating func resume() {
    advanced = nil
    hold = .none
  }

  /// Has the next message be a clear if the platform may hold something that was not heard. One that
  /// still waits serves both, and what a pause has had cleared need not be cleared again.
  ///
  /// - Returns: whether it may.
  mutating func askForClear(at now: MonotonicTime) -> Bool {
    guard let end = clock.latestEnd, clock.end > places.certain, now.nanoseconds < end + bound
    else { return false }
    if case .none = clear { clear = .due(since: now) }
    return true
  }

  /// Whether the next message is a clear.
  @inline(__always)
  var owesClear: Bool {
    if case .due = clear { true } else { false }
  }

  /// Takes the clear that is due; gives when it was first asked for.
  mutating func takeClear() -> MonotonicTime? {
    guard case .due(let since) = clear else { return nil }
    clear = .none
    return since
  }

  /// What is to be remembered of speech that is being cut off at `ear` by the clear of this number.
  func cutSpeech(
    _ interruption: Interruption, of utterance: UtteranceRecord, at ear: Ear, clearNumber: Int
  ) -> CutSpeech {
    CutSpeech(
      interruption, of: utterance, at: ear, clearNumber: clearNumber,
      marks: (0..<marks.sent.count).map { marks.sent[$0] })
  }

  /// Takes out a mark of speech that is over, oldest first.
  mutating func takeMark() -> Mark? {
    marks.takeNext()
  }

  /// All speech is over; the next starts at `position`. `cut` is what the clear has cut off, where the
  /// platform will acknowledge that.
  mutating func drop(to position: Int, remembering cut: CutSpeech?) {
    places = Places(at: position)
    advanced = nil
    clock.cleared(position: position)
    newestEcho = nil
    hold = .none
    self.cut = cut
  }

  /// Nothing is sent any more.
  mutating func close() {
    clear = .none
  }

  /// Takes the platform's word that it has dropped what it held.
  ///
  /// - Parameters:
  ///   - number: which clear it answers.
  ///   - isNewest: no clear has been sent since.
  /// - Returns: the speech that this clear has cut off, if it was waited for.
  mutating func acknowledge(_ number: Int, isNewest: Bool) -> CutSpeech? {
    if isNewest {
      clock.obeyed()
      advanced = nil
    }
    guard let cut, number >= cut.clearNumber else { return nil }
    self.cut = nil
    return cut
  }
}
