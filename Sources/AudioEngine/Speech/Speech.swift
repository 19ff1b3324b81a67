/// The bot's speech from the samples it writes to the bytes that leave: utterances, the resampler, the
/// queue and the packetiser. Positions count bytes of the wire's format since the session began.
///
/// What holds: utterances lie one behind the other and only the newest can be open; what has not left
/// is ``waiting``; and for every byte, written = sent + discarded in the statistics.
struct Speech: ~Copyable {
  /// How the open utterance ends.
  private enum Ending {
    /// When the bot says so, or begins the next.
    case whenFinished
    /// The bot never named it: when nothing has been written since a time for long enough.
    case whenIdle(since: Int64)
  }

  let wire: WireFormat
  private let botRate: SampleRate
  private let filter: Resampler.Filter
  private let whenFull: FullQueuePolicy
  private let capacity: Int
  private let idleFinish: Int64
  private let packetiser: Packetiser

  /// What waits, and behind ``sent`` what a pause may have to send again.
  private(set) var queue: AudioRing
  /// The next position to leave.
  private(set) var sent = 0
  private(set) var utterances = FIFO<UtteranceRecord>()
  private var lastEpoch = 0
  /// Every epoch up to this one was interrupted or closed before its end.
  private var droppedEpoch = 0
  private var ending = Ending.whenFinished
  /// Nil where speech has the wire's own rate.
  private var resampler: Resampler?
  /// The rate of the speech being written.
  private var rate: SampleRate
  /// When there last came to be enough for a payload where there had been too little: what was due
  /// before that is not late.
  private var readySince = Int64.min
  /// A writer waits for room.
  private var isAwaited = false
  private let inPlace = InPlace()

  init(_ configuration: SessionConfiguration) {
    let playback = configuration.playback
    wire = configuration.wire
    botRate = configuration.botRate
    filter = configuration.filter
    whenFull = configuration.whenFull
    // A full queue is short of what the resampler holds back: no payload may wait for that.
    let heldBack = wire.byteCount(nanoseconds: 8_000_000)
    capacity = max(
      wire.byteCount(nanoseconds: configuration.outboundCapacity.wholeNanoseconds),
      playback.chunk.preferredBytes + heldBack)
    idleFinish = configuration.idleFinish.wholeNanoseconds
    packetiser = Packetiser(playback, wire: wire, capacity: capacity - heldBack)
    rate = wire.rate
    // The queue's own room, and behind it what the platform may be told to drop and send again.
    let kept = wire.byteCount(
      nanoseconds: (playback.platformBuffer + playback.latencyBound).wholeNanoseconds)
    queue = AudioRing(capacity: capacity + kept + playback.chunk.maximumBytes)
  }

  /// Whether every utterance has ended.
  var isDrained: Bool { utterances.isEmpty }

  /// Bytes that have not left, those among them that the resampler still holds back.
  var waiting: Int { (utterances.last?.end ?? sent) - sent }

  /// Bytes in the queue.
  var queued: Int { queue.end - sent }

  /// Bytes that the queue still takes.
  var writable: Int { max(capacity - queued, 0) }

  /// The utterance that can be written to, if there is one.
  var openEpoch: Epoch? {
    // By its place: the whole record would be copied.
    let newest = utterances.count - 1
    return newest >= 0 && utterances[newest].isOpen ? utterances[newest].epoch : nil
  }

  /// The oldest utterance that may not be interrupted, if there is one.
  var protectedEpoch: Epoch? {
    for index in 0..<utterances.count where !utterances[index].isInterruptible {
      return utterances[index].epoch
    }
    return nil
  }

  /// The newest utterance of which the ear may have heard something by `limit`, else the oldest.
  func utterance(at limit: Int) -> UtteranceRecord? {
    var current = utterances.first
    for index in 0..<utterances.count where utterances[index].start < limit {
      current = utterances[index]
    }
    return current
  }

  /// Begins an utterance behind the others, none of which may be open.
  mutating func begin(
    _ options: UtteranceOptions, _ statistics: inout SessionStatistics.Outbound
  ) throws(SpeechError) -> Epoch {
    do {
      try prepareResampler(from: options.rate ?? botRate)
    } catch {
      statistics.refusedWrites += 1
      throw .unsupportedRate
    }
    lastEpoch += 1
    ending = .whenFinished
    let epoch = Epoch(number: lastEpoch)
    utterances.append(
      UtteranceRecord(
        epoch: epoch, isInterruptible: options.isInterruptible, start: queue.end))
    statistics.utterances += 1
    return epoch
  }

  /// Has the open utterance end by itself when nothing is written any more.
  mutating func endWhenIdle(since now: MonotonicTime) {
    ending = .whenIdle(since: now.nanoseconds)
  }

  /// Takes samples for the open utterance, as many as the full queue's policy allows. `isDry` is as in
  /// ``next(isDry:room:)``.
  mutating func write(
    _ samples: Span<Int16>, to epoch: Epoch, at now: MonotonicTime, isDry: Bool = false,
    _ statistics: inout SessionStatistics.Outbound
  ) throws(SpeechError) -> Int {
    let index = try open(epoch, &statistics)
    let start = utterances[index].start
    let written = utterances[index].inputCount
    var taken = samples.count
    let excess = start + byteCount(of: written + taken) - queue.end - writable
    if excess > 0 {
      switch whenFull {
      case .refuse:
        statistics.refusedWrites += 1
        throw .full
      case .dropOldest:
        dropOldest(excess, &statistics)
        // More at once than the queue can ever hold: whoever offers the rest drops this.
        taken = min(taken, inputThatFits(behind: start) - written)
      case .wait:
        taken = inputThatFits(behind: start) - written
        isAwaited = true
      }
    }
    guard taken > 0 else { return 0 }
    if next(isDry: isDry, room: nil) == nil { readySince = now.nanoseconds }
    feed(samples.extracting(first: taken))
    let total = byteCount(of: written + taken)
    utterances.update(index) { $0.wrote(taken, byteCount: total) }
    if case .whenIdle = ending { ending = .whenIdle(since: now.nanoseconds) }
    statistics.queueHighWater = max(statistics.queueHighWater, queued)
    return taken
  }

  /// Attaches text to the open utterance, between two places in bytes from its start.
  mutating func attach(
    _ text: String, from start: Int, to end: Int, in epoch: Epoch,
    _ statistics: inout SessionStatistics.Outbound
  ) throws(SpeechError) {
    let index = try open(epoch, &statistics)
    utterances.update(index) { $0.attach(text, from: start, to: end) }
  }

  /// Where the open utterance ends so far.
  mutating func end(
    of epoch: Epoch, _ statistics: inout SessionStatistics.Outbound
  ) throws(SpeechError) -> Int {
    utterances[try open(epoch, &statistics)].end
  }

  /// Whether an utterance has been finished, or can be.
  mutating func checkFinished(
    _ epoch: Epoch, _ statistics: inout SessionStatistics.Outbound
  ) throws(SpeechError) {
    do {
      _ = try open(epoch, &statistics)
    } catch .finished {
      return
    }
  }

  /// Ends the open utterance, if there is one: the resampler's tail belongs to it.
  ///
  /// - Parameters:
  ///   - time: when; nil where that is not told, so that nothing that follows from it counts as late.
  ///   - statistics: where the utterance's length is counted.
  /// - Returns: the mark that shows its end.
  mutating func finish(
    at time: Int64? = nil, _ statistics: inout SessionStatistics.Outbound
  ) -> Mark? {
    guard let epoch = openEpoch else { return nil }
    if next(isDry: true, room: nil) == nil { readySince = time ?? .max }
    var tail = InlineArray<512, Int16>(repeating: 0)
    var span = tail.mutableSpan
    if let count = resampler?.flush(into: &span), count > 0 {
      enqueue(tail.span.extracting(first: count))
    }
    let index = utterances.count - 1
    let end = queue.end
    utterances.update(index) { $0.finish(at: end) }
    statistics.writtenBytes += queue.end - utterances[index].start
    ending = .whenFinished
    return Mark(position: queue.end, epoch: epoch, kind: .end)
  }

  /// When the open utterance ends by itself, if it does.
  @inline(__always) var idleDeadline: Int64? {
    if case .whenIdle(let since) = ending { since + idleFinish } else { nil }
  }

  /// The next payload, of the oldest utterance that has not left whole.
  ///
  /// - Parameters:
  ///   - isDry: the ear has caught up with everything that has left.
  ///   - room: the most that may leave now; nil where the platform takes whatever comes.
  /// - Returns: nil while there is too little.
  @inline(__always) func next(isDry: Bool, room: Int?) -> Departure? {
    guard let index = leaving, let cut = cut(index, isDry, room) else { return nil }
    let since = utterances[index].leavesSince
    return Departure(
      index: index, cut: cut, leavesSince: since.map { max($0, readySince) },
      begins: since == nil || isDry)
  }

  @inline(__always) private func cut(_ index: Int, _ isDry: Bool, _ room: Int?) -> Packetiser.Cut? {
    let utterance = utterances[index]
    return packetiser.cut(
      waiting: (utterance.isOpen ? queue.end : utterance.end) - sent, isOpen: utterance.isOpen,
      begins: utterance.leavesSince == nil || isDry, room: room)
  }

  /// The utterance that leaves next, nil when all has left that was finished and none is open.
  @inline(__always) var leavingEpoch: Epoch? { leaving.map { utterances[$0].epoch } }

  @inline(__always) private var leaving: Int? {
    for index in 0..<utterances.count
    where utterances[index].isOpen || utterances[index].end > sent {
      return index
    }
    return nil
  }

  /// Lets a payload leave at `now`.
  mutating func leave(
    _ departure: Departure, at now: Int64, _ statistics: inout SessionStatistics.Outbound
  ) -> LegalChunk {
    let utterance = utterances[departure.index]
    let end = sent + departure.cut.audio
    let chunk = LegalChunk(
      audio: sent..<end, paddingByteCount: departure.cut.total - departure.cut.audio,
      epoch: utterance.epoch, endsUtterance: !utterance.isOpen && utterance.end == end,
      policy: packetiser.policy)
    if departure.begins { utterances.update(departure.index) { $0.leavesSince = now } }
    sent = end
    statistics.messages += 1
    statistics.sentBytes += departure.cut.audio
    statistics.paddingBytes += chunk.paddingByteCount
    return chunk
  }

  /// Whether a writer that had to wait can go on; true once each time.
  mutating func takesMoreAgain() -> Bool {
    guard isAwaited, writable > 0 else { return false }
    isAwaited = false
    return true
  }

  /// Takes the oldest utterance out when it has ended with `epoch` or before.
  mutating func takeEnded(upTo epoch: Epoch) -> UtteranceRecord? {
    guard let first = utterances.first, first.epoch <= epoch else { return nil }
    return utterances.removeFirst()
  }

  /// Lets go of what will not be sent again.
  mutating func release(upTo position: Int) {
    queue.release(upTo: min(position, sent))
  }

  /// Makes speech that has left wait again, from `position` on; what lies between `certain` and there
  /// is probably heard, and nobody can say so.
  ///
  /// - Returns: where it goes on: what a full queue has pushed out cannot go again.
  mutating func takeBack(
    from position: Int, certain: Int, _ statistics: inout SessionStatistics.Outbound
  ) -> Int {
    let resumed = min(max(position, queue.start), sent)
    for index in 0..<utterances.count {
      let first = max(certain, utterances[index].start)
      let end = min(resumed, utterances[index].end)
      if first < end { utterances.update(index) { $0.noteUnsure(first..<end) } }
    }
    statistics.resentBytes += sent - resumed
    statistics.sentBytes -= sent - resumed
    sent = resumed
    return resumed
  }

  /// Drops all speech: what is written to these epochs later is refused.
  ///
  /// - Returns: the utterances that were cut off.
  mutating func drop(_ statistics: inout SessionStatistics.Outbound) -> FIFO<UtteranceRecord> {
    if let newest = utterances.last {
      if newest.isOpen { statistics.writtenBytes += newest.end - newest.start }
      statistics.discardedBytes += newest.end - sent
    }
    let dropped = utterances
    utterances.removeAll()
    droppedEpoch = lastEpoch
    ending = .whenFinished
    resampler?.reset()
    queue.removeAll()
    sent = queue.end
    return dropped
  }

  /// The place of the utterance in the list, when it can be written to.
  private mutating func open(
    _ epoch: Epoch, _ statistics: inout SessionStatistics.Outbound
  ) throws(SpeechError) -> Int {
    if epoch == openEpoch { return utterances.count - 1 }
    statistics.refusedWrites += 1
    guard epoch.number >= 1, epoch.number <= lastEpoch else { throw .unknownEpoch }
    throw epoch.number <= droppedEpoch ? .interrupted : .finished
  }

  /// Bytes that so many samples become, the resampler's tail included.
  private func byteCount(of inputCount: Int) -> Int {
    let count = (inputCount * wire.rate.hertz + rate.hertz - 1) / rate.hertz
    return count * wire.encoding.bytesPerSample
  }

  /// How many samples in all an utterance that starts at `start` may have for the queue to be full.
  private func inputThatFits(behind start: Int) -> Int {
    let outputs = (queue.end - start + writable) / wire.encoding.bytesPerSample
    return outputs * rate.hertz / wire.rate.hertz
  }

  private mutating func prepareResampler(from rate: SampleRate) throws(ResamplerError) {
    if rate == self.rate && resampler != nil {
      resampler?.reset()
      return
    }
    resampler =
      rate == wire.rate ? nil : try Resampler(from: rate, to: wire.rate, filter: filter)
    self.rate = rate
  }

  /// Resamples and encodes into the queue, in pieces that fit a small stack buffer.
  private mutating func feed(_ samples: Span<Int16>) {
    guard rate != wire.rate else {
      enqueue(samples)
      return
    }
    var scratch = InlineArray<512, Int16>(repeating: 0)
    // What one piece gives must fit: 400 samples, and some slack for what the filter held back.
    let piece = max(1, min(960, 400 * rate.hertz / wire.rate.hertz))
    var start = 0
    while start < samples.count {
      let end = min(start + piece, samples.count)
      var span = scratch.mutableSpan
      let count = resampler?.resample(samples.extracting(start..<end), into: &span) ?? 0
      if count > 0 { enqueue(scratch.span.extracting(first: count)) }
      start = end
    }
  }

  private mutating func enqueue(_ samples: Span<Int16>) {
    switch wire.encoding {
    case .linear16:
      queue.append(linear16: samples)
    case .mulaw:
      queue.append(companded: samples) { G711.mulawEncode($0, into: &$1) }
    case .alaw:
      queue.append(companded: samples) { G711.alawEncode($0, into: &$1) }
    }
  }

  private mutating func dropOldest(
    _ bytes: Int, _ statistics: inout SessionStatistics.Outbound
  ) {
    var rest = bytes
    for index in 0..<utterances.count where rest > 0 {
      let end = utterances[index].isOpen ? queue.end : utterances[index].end
      let dropped = min(rest, end - sent)
      guard dropped > 0 else { continue }
      utterances.update(index) { [sent] in $0.noteUnsure(sent..<(sent + dropped)) }
      sent += dropped
      rest -= dropped
      statistics.discardedBytes += dropped
    }
    queue.release(upTo: sent)
  }
}
