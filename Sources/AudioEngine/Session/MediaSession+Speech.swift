/// Speech going in: utterances, samples, marks and text.
extension MediaSession {
  /// Begins an utterance; one that is still open is finished first.
  ///
  /// - Returns: its epoch, which every later call about it takes.
  /// - Throws: ``SpeechError/closed``, ``SpeechError/unidirectional`` or
  ///   ``SpeechError/unsupportedRate``.
  public mutating func beginUtterance(
    _ options: UtteranceOptions = UtteranceOptions(), at now: MonotonicTime
  ) throws(SpeechError) -> Epoch {
    trace?.enter(.begin, at: now) { $0.append(options) }
    defer { trace?.leave() }
    if isClosed { throw .closed }
    if configuration.direction == .unidirectional { throw .unidirectional }
    finishOpenUtterance()
    return try speech.begin(options, &statistics.outbound)
  }

  /// Writes speech to the open utterance.
  ///
  /// - Parameters:
  ///   - samples: mono, at the utterance's rate, any number.
  ///   - epoch: the utterance.
  ///   - now: the time.
  /// - Returns: how many samples were taken; fewer than given only under ``FullQueuePolicy/wait``
  ///   when the queue is full. ``SessionEvent/roomAvailable`` says when to offer the rest.
  /// - Throws: why nothing was taken.
  /// - Complexity: O(`samples.count`); allocates only for the queue to grow.
  public mutating func write(
    _ samples: Span<Int16>, to epoch: Epoch, at now: MonotonicTime
  ) throws(SpeechError) -> Int {
    trace?.enter(samples: samples, to: epoch, at: now)
    defer { trace?.leave() }
    try checkIsOpen()
    let isDry = playout.isDry(at: now.nanoseconds)
    var taken = try speech.write(samples, to: epoch, at: now, isDry: isDry, &statistics.outbound)
    // More at once than the queue can ever hold pushes out what of itself is oldest.
    while configuration.whenFull == .dropOldest, taken < samples.count {
      let rest = samples.extracting(taken..<samples.count)
      let more = try speech.write(rest, to: epoch, at: now, isDry: isDry, &statistics.outbound)
      guard more > 0 else { break }
      taken += more
    }
    if turns?.awaitsSound ?? false,
      Level(of: samples.extracting(first: taken)).peak > TurnClock.audiblePeak
    {
      turns?.wroteSound(at: now.nanoseconds)
    }
    return taken
  }

  /// Writes speech that belongs to no utterance of the bot's own, as an echo does.
  ///
  /// It goes to the open utterance, or to a new one that ends by itself when nothing has been written
  /// for ``SessionConfiguration/idleFinish``. After an interruption it begins a new utterance, so a
  /// bot whose speech arrives late should name its utterances instead.
  public mutating func write(
    _ samples: Span<Int16>, at now: MonotonicTime
  ) throws(SpeechError) -> Int {
    trace?.enter(samples: samples, to: nil, at: now)
    defer { trace?.leave() }
    if let epoch = speech.openEpoch { return try write(samples, to: epoch, at: now) }
    let epoch = try beginUtterance(at: now)
    speech.endWhenIdle(since: now)
    return try write(samples, to: epoch, at: now)
  }

  /// Names the place after the speech written so far. Its end comes as
  /// ``SessionEvent/markEnded(name:_:_:)``.
  ///
  /// A platform echoes a mark at the end of the payload that holds its place, which may last 200 ms.
  ///
  /// - Parameters:
  ///   - name: given back as it is.
  ///   - epoch: the utterance.
  ///   - isReckoned: ends a mark inside a payload when the ear comes to its place by the time that has
  ///     passed since the newest echo: never before the caller can have heard it, but before a
  ///     platform that ran dry since then has played it.
  /// - Throws: why the place could not be named.
  public mutating func mark(
    _ name: String, in epoch: Epoch, isReckoned: Bool = false
  ) throws(SpeechError) {
    trace?.enter(.mark) { bytes in
      bytes.append(name)
      bytes.append(epoch.number)
      bytes.append(isReckoned)
    }
    defer { trace?.leave() }
    try checkIsOpen()
    let position = try speech.end(of: epoch, &statistics.outbound)
    playout.add(
      Mark(position: position, epoch: epoch, kind: .named(name), isReckoned: isReckoned))
  }

  /// Attaches text to the speech between two places, from the start of the utterance.
  public mutating func attach(
    text: String, from start: Duration, to end: Duration, in epoch: Epoch
  ) throws(SpeechError) {
    trace?.enter(.attach) { bytes in
      bytes.append(text)
      bytes.append(start)
      bytes.append(end)
      bytes.append(epoch.number)
    }
    defer { trace?.leave() }
    try checkIsOpen()
    let wire = configuration.wire
    try speech.attach(
      text, from: wire.byteCount(nanoseconds: start.wholeNanoseconds),
      to: wire.byteCount(nanoseconds: end.wholeNanoseconds), in: epoch, &statistics.outbound)
  }

  /// Finishes an utterance: the resampler's tail follows, and the last chunk is padded with silence.
  /// Finishing twice does nothing.
  public mutating func finish(_ epoch: Epoch) throws(SpeechError) {
    trace?.enter(.finish) { $0.append(epoch.number) }
    defer { trace?.leave() }
    try checkIsOpen()
    if epoch == speech.openEpoch {
      finishOpenUtterance()
    } else {
      try speech.checkFinished(epoch, &statistics.outbound)
    }
  }

  /// The utterance that can be written to, if there is one.
  public var openEpoch: Epoch? { speech.openEpoch }

  /// How much longer speech may be written before the queue is full.
  public var writableDuration: Duration { duration(speech.writable) }

  /// How much speech waits to be sent.
  public var queuedDuration: Duration { duration(speech.queued) }

  /// Whether the caller has heard everything that was said.
  public var isDrained: Bool { speech.isDrained }

  private mutating func checkIsOpen() throws(SpeechError) {
    guard isClosed else { return }
    statistics.outbound.refusedWrites += 1
    throw .closed
  }

  /// Ends the open utterance, if there is one; at a time that is nil where the bot ends it.
  mutating func finishOpenUtterance(at time: Int64? = nil) {
    if let mark = speech.finish(at: time, &statistics.outbound) { playout.add(mark) }
  }
}
