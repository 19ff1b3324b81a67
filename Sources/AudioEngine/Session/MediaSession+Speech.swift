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
    try checkMaySpeak()
    finishOpenUtterance()
    let rate = options.rate ?? configuration.botRate
    do {
      try prepareResampler(from: rate)
    } catch {
      statistics.outbound.refusedWrites += 1
      throw .unsupportedRate
    }
    lastEpoch += 1
    let epoch = Epoch(number: lastEpoch)
    implicitEpoch = nil
    utterances.append(
      UtteranceRecord(epoch: epoch, isInterruptible: options.isInterruptible, start: queue.end))
    statistics.outbound.utterances += 1
    return epoch
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
    let index = try openUtterance(epoch)
    var taken = samples.count
    let needed = wireBytes(inputCount: utterances[index].inputCount + taken)
    let room = writableBytes
    if needed - (queue.end - utterances[index].start) > room {
      switch configuration.whenFull {
      case .refuse:
        statistics.outbound.refusedWrites += 1
        throw .full
      case .dropOldest:
        dropOldest(needed - (queue.end - utterances[index].start) - room)
        // More at once than the queue can ever hold: the rest waits like any other.
        taken = min(taken, inputThatFits(index))
      case .wait:
        taken = inputThatFits(index)
        refusedForRoom = true
      }
    }
    guard taken > 0 else { return 0 }
    feed(samples.extracting(first: taken))
    utterances[index].inputCount += taken
    lastWrite = now.nanoseconds
    let waiting = queue.end - sent
    statistics.outbound.queueHighWater = max(statistics.outbound.queueHighWater, waiting)
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
    if let last = utterances.last, last.end == nil {
      return try write(samples, to: last.epoch, at: now)
    }
    let epoch = try beginUtterance(at: now)
    implicitEpoch = epoch
    return try write(samples, to: epoch, at: now)
  }

  /// Names the place after the speech written so far. Its end comes as
  /// ``SessionEvent/markEnded(name:_:_:)``.
  public mutating func mark(_ name: String, in epoch: Epoch) throws(SpeechError) {
    let index = try openUtterance(epoch)
    let position = expectedEnd(utterances[index])
    marksToSend.append(QueuedMark(position: position, epoch: epoch, kind: .named(name)))
  }

  /// Attaches text to the speech between two places, from the start of the utterance.
  public mutating func attach(
    text: String, from start: Duration, to end: Duration, in epoch: Epoch
  ) throws(SpeechError) {
    let index = try openUtterance(epoch)
    let wire = configuration.wire
    let first = utterances[index].start
    utterances[index].spans.append(
      PlacedSpan(
        text: text, start: first + wire.byteCount(nanoseconds: start.wholeNanoseconds),
        end: first + wire.byteCount(nanoseconds: end.wholeNanoseconds)))
  }

  /// Finishes an utterance: the resampler's tail follows, and the last chunk is padded with silence.
  /// Finishing twice does nothing.
  public mutating func finish(_ epoch: Epoch) throws(SpeechError) {
    if utterances.last?.epoch == epoch, utterances.last?.end == nil {
      finishOpenUtterance()
      return
    }
    do {
      _ = try openUtterance(epoch)
    } catch .finished {
      return
    }
  }

  /// The utterance that can be written to, if there is one.
  public var openEpoch: Epoch? {
    guard let last = utterances.last, last.end == nil else { return nil }
    return last.epoch
  }

  /// How much longer speech may be written before the queue is full.
  public var writableDuration: Duration {
    .nanoseconds(configuration.wire.nanoseconds(byteCount: writableBytes))
  }

  /// How much speech waits to be sent.
  public var queuedDuration: Duration {
    .nanoseconds(configuration.wire.nanoseconds(byteCount: queue.end - sent))
  }

  var capacityBytes: Int {
    configuration.wire.byteCount(
      nanoseconds: configuration.outboundCapacity.wholeNanoseconds)
  }

  var writableBytes: Int { max(capacityBytes - (queue.end - sent), 0) }

  func checkMaySpeak() throws(SpeechError) {
    if isClosed { throw .closed }
    if configuration.direction == .unidirectional { throw .unidirectional }
  }

  /// The place of the utterance in the list, when it can be written to.
  mutating func openUtterance(_ epoch: Epoch) throws(SpeechError) -> Int {
    let refusal: SpeechError
    if isClosed {
      refusal = .closed
    } else if epoch.number > lastEpoch || epoch.number < 1 {
      refusal = .unknownEpoch
    } else if epoch.number <= flushedEpoch {
      refusal = .interrupted
    } else if let last = utterances.last, last.epoch == epoch, last.end == nil {
      return utterances.count - 1
    } else {
      refusal = .finished
    }
    statistics.outbound.refusedWrites += 1
    throw refusal
  }

  /// Ends the open utterance, if there is one.
  mutating func finishOpenUtterance() {
    guard let last = utterances.last, last.end == nil else { return }
    var tail = InlineArray<512, Int16>(repeating: 0)
    var span = tail.mutableSpan
    if let count = resampler?.flush(into: &span), count > 0 {
      enqueue(tail.span.extracting(first: count))
    }
    let index = utterances.count - 1
    utterances[index].end = queue.end
    statistics.outbound.writtenBytes += queue.end - last.start
    marksToSend.append(QueuedMark(position: queue.end, epoch: last.epoch, kind: .end))
    implicitEpoch = nil
  }

  /// Where the utterance will end if nothing more is written: the resampler's tail included.
  func expectedEnd(_ utterance: UtteranceRecord) -> Int {
    utterance.end ?? utterance.start + wireBytes(inputCount: utterance.inputCount)
  }

  private func wireBytes(inputCount: Int) -> Int {
    let from = speechRate.hertz
    let count = (inputCount * configuration.wire.rate.hertz + from - 1) / from
    return count * configuration.wire.encoding.bytesPerSample
  }

  private func inputThatFits(_ index: Int) -> Int {
    let from = speechRate.hertz
    let utterance = utterances[index]
    let bytes = queue.end - utterance.start + writableBytes
    let outputs = bytes / configuration.wire.encoding.bytesPerSample
    return max(outputs * from / configuration.wire.rate.hertz - utterance.inputCount, 0)
  }

  private mutating func prepareResampler(from rate: SampleRate) throws(ResamplerError) {
    if rate == speechRate && resampler != nil {
      resampler?.reset()
      return
    }
    resampler =
      rate == configuration.wire.rate
      ? nil
      : try Resampler(from: rate, to: configuration.wire.rate, filter: configuration.filter)
    speechRate = rate
  }

  /// Resamples and encodes into the queue, in pieces that fit a small stack buffer.
  private mutating func feed(_ samples: Span<Int16>) {
    let from = speechRate
    let to = configuration.wire.rate
    guard from != to else {
      enqueue(samples)
      return
    }
    var scratch = InlineArray<512, Int16>(repeating: 0)
    // What one piece gives must fit: 400 samples, and some slack for what the filter held back.
    let piece = max(1, min(960, 400 * from.hertz / to.hertz))
    var start = 0
    while start < samples.count {
      let end = min(start + piece, samples.count)
      var span = scratch.mutableSpan
      let count =
        resampler?.resample(samples.extracting(start..<end), into: &span) ?? 0
      if count > 0 { enqueue(scratch.span.extracting(first: count)) }
      start = end
    }
  }

  private mutating func enqueue(_ samples: Span<Int16>) {
    switch configuration.wire.encoding {
    case .linear16:
      queue.append(linear16: samples)
    case .mulaw:
      queue.append(companded: samples) { G711.mulawEncode($0, into: &$1) }
    case .alaw:
      queue.append(companded: samples) { G711.alawEncode($0, into: &$1) }
    }
  }

  private mutating func dropOldest(_ bytes: Int) {
    var rest = bytes
    for index in 0..<utterances.count where rest > 0 {
      let end = utterances[index].end ?? queue.end
      let dropped = min(rest, end - sent)
      guard dropped > 0 else { continue }
      utterances[index].noteUnsure(sent..<(sent + dropped))
      sent += dropped
      rest -= dropped
      statistics.outbound.discardedBytes += dropped
    }
    queue.release(upTo: sent)
  }
}
