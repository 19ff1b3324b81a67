import AudioEngine

/// Everything a platform notes down about the bot during one call, and the verdict at its end. The
/// same for every platform: what differs is how messages are read and which ``JudgeRules`` hold.
struct CallLedger: Sendable {
  let rules: JudgeRules
  let format: WireFormat
  private(set) var problems = ProblemLog()
  private(set) var remarks: [String] = []
  private(set) var report = CallReport()
  /// The line to the caller's ear; nil before the stream has started.
  var line: PlayoutLine?
  private(set) var openedAt: MonotonicTime?
  private(set) var stoppedAt: MonotonicTime?
  private(set) var closedAt: MonotonicTime?
  private var lastClear: MonotonicTime?
  private var utteranceMarks = UtteranceMarks()
  private var turns: TurnMeter
  /// Where chunks begin that are heard without a seam after another one, in bytes of the line's audio.
  private var seams: [Int] = []
  /// Where the caller begins to speak over the bot, in bytes of what it says.
  private let interruptsAt: Int?
  private var interruptedAt: MonotonicTime?

  init(
    rules: JudgeRules, format: WireFormat, provider: String, interruptsAt: Int? = nil
  ) {
    self.rules = rules
    self.format = format
    self.interruptsAt = interruptsAt
    turns = TurnMeter(format: format)
    report.provider = provider
    report.format = "\(format)"
    report.policy = rules.policy
    if let remark = rules.policyRemark { remarks.append(remark) }
  }

  mutating func opened(at now: MonotonicTime) {
    openedAt = openedAt ?? now
  }

  mutating func started(line: PlayoutLine) {
    self.line = line
  }

  mutating func stopped(at now: MonotonicTime) {
    stoppedAt = now
    report.stopped = true
  }

  mutating func note(_ problem: Problem, _ sentence: String) {
    problems.note(problem, sentence)
  }

  mutating func remark(_ sentence: String) {
    // A remark is one of a few constant sentences; said once, it need not be said again.
    if !remarks.contains(sentence) { remarks.append(sentence) }
  }

  /// Counts a text message; false where nothing in it may have an effect any more, or yet.
  mutating func admitsMessage(at now: MonotonicTime) -> Bool {
    report.receivedMessages += 1
    if let stoppedAt {
      if now - stoppedAt > rules.stopGrace {
        note(.afterStop, "sent a message \(Self.ms(now - stoppedAt)) after stop")
      }
      return false
    }
    if line == nil {
      note(.beforeStart, "sent a message before the stream's start")
      return false
    }
    if rules.isOneWay {
      note(.oneWay, "sent something back into a one-way stream: nobody hears it")
      return false
    }
    return closedAt == nil
  }

  /// How much of the caller's audio has gone out.
  var spokenBytes: Int { report.sentBytes }

  mutating func spoke(_ audio: ArraySlice<UInt8>, at now: MonotonicTime) {
    report.sentBytes += audio.count
    if let line { turns.said(audio, endingAt: now - line.origin) }
    report.sentMessages += 1
    guard let interruptsAt, interruptedAt == nil, report.sentBytes > interruptsAt else { return }
    interruptedAt = now
    if line?.unheard(at: now) ?? .zero == .zero {
      remark("the bot was silent when the caller spoke: there was nothing to interrupt")
    }
  }

  mutating func received(payload: [UInt8], at now: MonotonicTime) {
    guard var line = line.take() else { return }
    defer { self.line = line }
    report.receivedBytes += payload.count
    report.chunkSizes[payload.count, default: 0] += 1
    if let objection = rules.objection(toPayloadOf: payload.count) {
      let advice = PayloadAdvice(rules: rules, format: format)
        .text(
          onSize: payload.count, followsLegal: report.chunkSizes.keys.contains(where: rules.isLegal)
        )
      report.illegalChunks += 1
      note(.illegalSize, "a chunk of \(payload.count.grouped) bytes, \(objection): \(advice)")
    }
    if let disguise = PayloadAdvice.disguise(of: payload.span) { note(.wrongFormat, disguise) }
    if let quiet = rules.quietAfterClear, let lastClear, now - lastClear < quiet {
      report.staleBytes += payload.count
      note(
        .afterClear,
        "audio went on \(Self.ms(now - lastClear)) after a clear: it was sent for the cleared utterance"
      )
    }
    guard line.lead(at: now) < rules.capacity else {
      note(
        .lead, "audio more than \(Self.ms(rules.capacity)) ahead of the ear, which is lost")
      return
    }
    let whole = payload.count / format.encoding.bytesPerSample * format.encoding.bytesPerSample
    guard whole > 0 else { return }
    let place = line.audio.count
    // What the line fills up itself is no work of the bot's.
    if line.lead(at: now) > .zero, place % line.unitBytes == 0 { seams.append(place) }
    let gap = line.append(Array(payload.prefix(whole)), at: now)
    let isMarked = utteranceMarks.goesOn(after: place, isSilentBefore: gap != nil)
    guard let gap else { return }
    let length = Duration.milliseconds(gap.durationMs)
    if rules.isHole(length, isAudible: gap.audible, isMarked: isMarked) {
      note(
        .gap,
        "a gap of \(Self.ms(gap.durationMs)) at \(Self.ms(gap.atMs)): the next chunk came too late")
    }
  }

  mutating func received(mark name: String, at now: MonotonicTime) {
    report.marks += 1
    note(now, in: \.marksAtMs)
    utteranceMarks.marked(after: line?.audio.count ?? 0)
    if let fits = line?.mark(name, at: now), !fits {
      note(.marks, "more than \(PlayoutLine.mostPendingMarks.grouped) marks pending at once")
    }
  }

  private mutating func note(_ now: MonotonicTime, in list: WritableKeyPath<CallReport, [Double]>) {
    guard let line, report[keyPath: list].count < CallReport.mostMoments else { return }
    report[keyPath: list].append((now - line.origin).inTenthsOfMilliseconds)
  }

  mutating func echoedMark() {
    report.marksEchoed += 1
  }

  /// - Returns: the marks that the platform echoes because of the clear.
  mutating func receivedClear(at now: MonotonicTime) -> [String] {
    report.clears += 1
    note(now, in: \.clearsAtMs)
    if let interruptedAt, report.interruptedMs == nil {
      report.interruptedMs = (now - interruptedAt).inTenthsOfMilliseconds
    }
    utteranceMarks.cleared()
    guard let result = line?.clear(at: now) else { return [] }
    let kept = line?.audio.count ?? 0
    while seams.last ?? 0 > kept { seams.removeLast() }
    if result.droppedBytes > 0 {
      lastClear = now
      report.clearedMs +=
        Duration.nanoseconds(format.nanoseconds(byteCount: result.droppedBytes))
        .inMilliseconds
    }
    return result.echoes
  }

  /// Notes the socket's end; the first call counts.
  mutating func closed(code: Int, by side: CallReport.Side, at now: MonotonicTime) {
    guard closedAt == nil else { return }
    closedAt = now
    report.closeCode = code
    report.closedBy = side
    switch Closing(code: code, isStopped: stoppedAt != nil) {
    case .proper: break
    case .careless(let sentence): remark(sentence)
    case .wrong(let sentence): note(.close, sentence)
    }
    if side == .platform, rules.platformCloses {
      // As it should be.
    } else if side == .platform {
      remark("the bot left the socket open after stop; the platform closed it")
    } else if stoppedAt == nil, let unheard = line?.unheard(at: now), unheard > PlayoutLine.slice {
      note(.close, "closed the socket with \(Self.ms(unheard)) of audio unheard, which is lost")
    }
  }

  func progress(at now: MonotonicTime) -> CallProgress {
    CallProgress(
      elapsed: line.map { now - $0.origin } ?? .zero,
      said: .nanoseconds(format.nanoseconds(byteCount: report.sentBytes)),
      heard: line?.heardDuration(at: now) ?? .zero, problems: problems.counts.count)
  }

  /// What of a schedule has gone out.
  func said(by schedule: CallerSchedule?) -> WaveFile {
    let audio = schedule?.said.prefix(report.sentBytes) ?? []
    return WaveFile(format, wire: Array(audio).span)
  }

  /// The figures and the verdict as they stand at `now`, of a caller whose schedule that is; nil before the
  /// stream's start.
  func finished(_ schedule: CallerSchedule?, at now: MonotonicTime) -> CallReport {
    let said = schedule?.said ?? []
    let latestSend = schedule?.longestLateness ?? .zero
    var report = report
    var problems = problems
    let end = stoppedAt ?? closedAt ?? now
    report.durationMs = openedAt.map { ((closedAt ?? now) - $0).inTenthsOfMilliseconds } ?? 0
    report.sendLatenessMs = latestSend.inTenthsOfMilliseconds
    if let line {
      report.gaps = line.gaps
      report.firstAudioMs = line.firstAudio.map { ($0 - line.origin).inTenthsOfMilliseconds }
      report.heardMs = line.heardDuration(at: end).inTenthsOfMilliseconds
      report.maxLeadMs = line.longestLead.inTenthsOfMilliseconds
      if line.longestLead > rules.longestLead {
        problems.note(
          .lead,
          "sent \(Self.ms(line.longestLead)) ahead of the ear; the platform may hold no more than \(Self.ms(rules.longestLead))"
        )
      }
    }
    if rules.expectsEcho {
      let echo = EchoComparison(
        said: said.prefix(report.sentBytes), heard: line?.audio ?? [], encoding: format.encoding)
      report.echo = echo
      if !echo.isExact {
        let matched = Duration.nanoseconds(format.nanoseconds(byteCount: echo.matchedBytes))
        problems.note(
          .echo,
          "the echo is right for \(echo.matchedBytes.grouped) of \(echo.expectedBytes.grouped) bytes (\(Self.ms(matched)))"
        )
      }
    }
    let notes = listen(said: said.prefix(report.sentBytes), &report, &problems)
    if interruptsAt != nil, report.interruptedMs == nil {
      problems.note(.interruption, "the caller spoke over the bot, and no clear came")
    }
    report.script = schedule?.outcomes(closeCode: report.closeCode) ?? []
    for step in report.script where !step.passed {
      problems.note(.expectation, "step \(step.step), \(step.does): \(step.seen)")
    }
    report.clearedMs = (report.clearedMs * 10).rounded() / 10
    report.problems = problems.sentences
    report.problemCounts = Dictionary(
      uniqueKeysWithValues: problems.counts.map { ($0.key.rawValue, $0.value) })
    report.remarks = remarks + notes
    if latestSend > PlayoutLine.slice {
      report.remarks.append(
        "this machine was up to \(Self.ms(latestSend)) late itself; gaps may be its doing")
    }
    report.verdict = report.problems.isEmpty ? .pass : .fail
    return report
  }

  /// What takes a look at all of the audio, and so waits for the call's end.
  ///
  /// - Returns: what is worth knowing.
  private func listen(
    said: ArraySlice<UInt8>, _ report: inout CallReport, _ problems: inout ProblemLog
  ) -> [String] {
    guard closedAt != nil, let line else { return [] }
    report.turns = turns.turns(heard: line.stretches(until: stoppedAt ?? closedAt))
    let judge = PayloadJudge(format: format)
    report.audioFindings = judge.findings(in: line.audio, edges: seams, said: said)
    var notes: [String] = []
    for finding in report.audioFindings {
      if let problem = finding.problem {
        problems.note(problem, finding.sentence)
      } else {
        notes.append(finding.sentence)
      }
    }
    return notes
  }

  private static func ms(_ duration: Duration) -> String { ms(duration.inMilliseconds) }

  private static func ms(_ milliseconds: Double) -> String {
    "\(Int(milliseconds.rounded()).grouped) ms"
  }
}
