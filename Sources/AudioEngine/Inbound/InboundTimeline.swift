/// The caller's audio on one unbroken line of time: from base64 into a ring in the wire's format,
/// and from there, when the bot reads, into samples at the bot's rate.
///
/// The ring keeps wire bytes because these are the fewest, and because silence for a hole and the
/// oldest audio of a slow reader are then whole bytes at a known rate.
struct InboundTimeline: ~Copyable {
  private let wire: WireFormat
  private let gapCap: Int
  private let capacity: Int
  private var ring: AudioRing
  private var resampler: Resampler
  private var order = MessageOrder()
  private var splits = SampleSplits()
  /// Samples the resampler gave beyond the frame that was read; fewer than one input sample's worth.
  private var carry = InlineArray<8, Int16>(repeating: 0)
  private var carryCount = 0
  /// Positions up to this one have been listened to.
  private var listened = 0
  /// Positions up to this one have been cleaned; nil where audio is left as it comes.
  private var cleaned: Int?
  /// Positions up to this one may hold the bot's voice: a detector hears the line's noise there.
  private var unsure = 0
  /// Positions up to this one have been recorded, or were not to be.
  private var recorded = 0
  /// What is put into holes: one or none, so that calls without pay for no more than an empty array.
  private var comfort: [ComfortNoise]
  /// Bytes of the newest message.
  private var newest = 0
  private var isEnded = false
  private var isFlushed = false
  private let inPlace = InPlace()

  init(configuration: SessionConfiguration) throws(ResamplerError) {
    wire = configuration.wire
    capacity = max(
      configuration.wire.byteCount(
        nanoseconds: configuration.inboundCapacity.wholeNanoseconds), 4_096)
    // Whole samples are dropped: half a one may stay beside a message that fills all the rest.
    ring = AudioRing(capacity: capacity + wire.encoding.bytesPerSample - 1)
    comfort = configuration.comfortNoise ? [ComfortNoise()] : []
    gapCap = wire.byteCount(nanoseconds: configuration.inboundGapCap.wholeNanoseconds)
    resampler = try Resampler(
      from: wire.rate, to: configuration.botRate, filter: configuration.filter)
  }

  mutating func receive(
    _ base64: RawSpan, timing: MediaTiming, at now: MonotonicTime,
    statistics: inout SessionStatistics.Inbound
  ) -> ReceiveResult {
    guard base64.byteCount > 0 else {
      statistics.emptyPayloads += 1
      return .empty
    }
    let most = Base64.decodedCapacity(characterCount: base64.byteCount)
    let length = Base64.decodedCapacity(characterCount: base64.byteCount - padding(of: base64))
    if let refusal = prepare(most, length: length, timing: timing, at: now, &statistics) {
      return refusal
    }
    let count: Int
    do {
      count = try append(base64)
    } catch {
      statistics.invalidBase64 += 1
      return .invalidBase64(position: error.position)
    }
    guard count > 0 else {
      statistics.emptyPayloads += 1
      return .empty
    }
    note(count, &statistics)
    return .taken
  }

  mutating func receive(
    payload: RawSpan, timing: MediaTiming, at now: MonotonicTime,
    statistics: inout SessionStatistics.Inbound
  ) -> ReceiveResult {
    let count = payload.byteCount
    guard count > 0 else {
      statistics.emptyPayloads += 1
      return .empty
    }
    if let refusal = prepare(count, length: count, timing: timing, at: now, &statistics) {
      return refusal
    }
    ring.append(payload)
    note(count, &statistics)
    return .taken
  }

  /// Strictly first, which is quick; then with what some senders do to base64.
  private mutating func append(_ base64: RawSpan) throws(Base64Error) -> Int {
    do {
      return try ring.append(base64: base64)
    } catch {
      do { return try ring.append(looseBase64: base64) } catch { throw error }
    }
  }

  /// The `=` at the end of base64 text: at most two.
  private func padding(of base64: RawSpan) -> Int {
    let equals = UInt8(ascii: "=")
    guard base64.byteCount > 2, base64[byte: base64.byteCount - 1] == equals else { return 0 }
    return base64[byte: base64.byteCount - 2] == equals ? 2 : 1
  }

  /// Finds the place in the stream of a message of probably `length` bytes and makes room for `most`;
  /// gives why it is not to be taken, or nil.
  private mutating func prepare(
    _ most: Int, length: Int, timing: MediaTiming, at now: MonotonicTime,
    _ statistics: inout SessionStatistics.Inbound
  ) -> ReceiveResult? {
    let place = order.place(
      timing, duration: wire.nanoseconds(byteCount: length), at: now.nanoseconds)
    if place.isDuplicate {
      statistics.duplicates += 1
      return .duplicate
    }
    if isInSample, place.missing > 0 || splits.beginsSample(length) {
      // The other half is lost, or was never sent: what follows begins with a sample.
      ring.truncate(to: ring.end - 1)
      statistics.cutPayloads += 1
    }
    if place.missing > 0 { fill(place.missing, &statistics) }
    guard most <= capacity else {
      // One message longer than everything a slow bot may leave waiting: dropped like the oldest.
      statistics.overflow += .nanoseconds(wire.nanoseconds(byteCount: length))
      return .empty
    }
    makeRoom(most, &statistics)
    return nil
  }

  private mutating func note(_ count: Int, _ statistics: inout SessionStatistics.Inbound) {
    statistics.jitterNanoseconds = order.jitter
    statistics.messages += 1
    statistics.bytes += count
    newest = count
    guard wire.encoding.bytesPerSample == 2 else { return }
    let isOdd = count % 2 != 0
    if isOdd { statistics.oddPayloads += 1 }
    splits.note(isOdd: isOdd)
  }

  /// Whether half a sample waits for its other half. The ring's positions count whole samples.
  private var isInSample: Bool { ring.end % wire.encoding.bytesPerSample != 0 }

  /// Gives what has arrived since it last did, at the wire's rate, piece by piece.
  mutating func listen(with stage: CallerStage?, _ hear: (Span<Int16>) -> Void) {
    let size = wire.encoding.bytesPerSample
    var position = max(listened, ring.start)
    while readableEnd - position >= size {
      let count = min((readableEnd - position) / size, 480)
      var samples = Scratch(repeating: 0)
      var span = samples.mutableSpan
      if position >= unsure {
        ring.expand(position..<(position + count * size), from: wire.encoding, into: &span)
      } else {
        stage?.cover(&span)
      }
      hear(samples.span.extracting(first: count))
      position += count * size
    }
    listened = position
  }

  /// An edge of which a detector tells no more than that it is in what it heard last.
  func boundary(_ edge: SpeechEdge) -> SpeechBoundary {
    let heard = Duration.nanoseconds(wire.nanoseconds(byteCount: listened))
    return SpeechBoundary(edge, position: heard, decided: heard)
  }

  /// Notes how long and how loud the newest message is.
  func note(in trace: TraceRecorder) {
    let size = wire.encoding.bytesPerSample
    let end = ring.end / size * size
    let first = max((ring.end - newest) / size * size, ring.start)
    trace.newestCount = newest
    trace.newestPeak = UInt16(clamping: ring.peak(in: first..<max(end, first), of: wire))
  }

  /// Puts noise into a hole before the newest message, where that is wanted. After it was recorded: a recording
  /// keeps the hole.
  mutating func soothe() {
    guard !comfort.isEmpty else { return }
    comfort[0].soothe(&ring, newest: newest, wire: wire)
  }

  /// What has arrived so far is not recorded.
  mutating func beginRecording() {
    recorded = ring.end / wire.encoding.bytesPerSample * wire.encoding.bytesPerSample
  }

  /// Gives the whole samples that have arrived since it last did, with the silence of holes.
  mutating func record(_ body: (RawSpan) -> Void) {
    let size = wire.encoding.bytesPerSample
    let end = ring.end / size * size
    let first = max(recorded, ring.start)
    if first < end { ring.forEachPiece(in: first..<end, body) }
    recorded = max(end, recorded)
  }

  /// Samples at the bot's rate that can be read now.
  @inline(__always)
  var available: Int {
    let waiting = resampler.outputCount(inputCount: waitingSamples)
    let tail = isEnded && !isFlushed ? resampler.tailCount(afterInputCount: waitingSamples) : 0
    return carryCount + waiting + tail
  }

  /// The stream is over: what the resampler holds back can be read too.
  mutating func endOfStream() {
    isEnded = true
  }

  /// Fills `frame` from its start with as many samples as there are.
  ///
  /// - Returns: the samples written, `frame.count` unless there were fewer.
  mutating func read(into frame: inout MutableSpan<Int16>) -> Int {
    var filled = takeCarry(into: &frame)
    if resampler.from == resampler.to {
      filled += takeSamples(into: &frame, at: filled)
    }
    while filled < frame.count && waitingSamples > 0 {
      filled += convert(into: &frame, at: filled)
    }
    if filled < frame.count && isEnded && !isFlushed {
      isFlushed = true
      var tail = Scratch(repeating: 0)
      var span = tail.mutableSpan
      let count = resampler.flush(into: &span)
      filled += give(tail.span.extracting(first: count), to: &frame, at: filled)
    }
    return filled
  }

  private typealias Scratch = InlineArray<512, Int16>

  private var waitingSamples: Int { (readableEnd - ring.start) / wire.encoding.bytesPerSample }

  /// What lies behind it lacks some of a frame that is to be cleaned.
  private var readableEnd: Int {
    guard let cleaned, !isEnded else { return ring.end }
    return max(cleaned, ring.start)
  }

  /// Cleans in place, frame by frame, what has arrived since it last did.
  mutating func clean(with stage: CallerStage, at now: MonotonicTime) {
    let size = wire.encoding.bytesPerSample
    stage.arrived(ring.end / size, at: now)
    let count = stage.frameSampleCount
    var position = max(cleaned ?? 0, ring.start)
    while ring.end - position >= count * size {
      var samples = Scratch(repeating: 0)
      var span = samples.mutableSpan
      var frame = span._mutatingExtracting(..<count)
      ring.expand(position..<(position + count * size), from: wire.encoding, into: &frame)
      let isUnsure = stage.clean(&frame, from: position / size)
      ring.replace(from: position, with: frame.span, as: wire.encoding)
      position += count * size
      if isUnsure { unsure = position }
    }
    cleaned = position
  }

  /// Resamples what waits, straight into the frame as long as all that it gives must fit. Linear
  /// samples are taken from where they lie.
  private mutating func convert(into frame: inout MutableSpan<Int16>, at filled: Int) -> Int {
    let wanted = frame.count - filled
    var count = min(waitingSamples, wanted * resampler.from.hertz / resampler.to.hertz)
    while count > 0 && resampler.outputBound(inputCount: count) > wanted { count -= 1 }
    guard count > 0 else { return convertLast(into: &frame, at: filled) }
    var rest = frame._mutatingExtracting(filled..<(filled + wanted))
    let size = wire.encoding.bytesPerSample
    let given: Int
    if wire.encoding == .linear16 {
      (count, given) = ring.resample(
        linear16: ring.start..<(ring.start + count * size), with: &resampler, into: &rest)
    } else {
      count = min(count, Scratch.count)
      var input = Scratch(repeating: 0)
      var span = input.mutableSpan
      ring.expand(ring.start..<(ring.start + count), from: wire.encoding, into: &span)
      given = resampler.resample(input.span.extracting(first: count), into: &rest)
    }
    ring.release(upTo: ring.start + count * size)
    return given
  }

  /// Resamples for the end of the frame, by way of the stack: what does not fit waits for the next.
  private mutating func convertLast(into frame: inout MutableSpan<Int16>, at filled: Int) -> Int {
    let wanted = frame.count - filled
    let from = resampler.from.hertz
    let to = resampler.to.hertz
    // Enough input for what is wanted and no more, so that the carry stays below one sample's worth.
    let room = Scratch.count - 8
    let most = min(wanted, room)
    let largest = min(waitingSamples, room, room * from / to)
    var count = min(max(most * from / to, 1), largest)
    while count < largest && resampler.outputCount(inputCount: count) < most { count += 1 }
    var input = Scratch(repeating: 0)
    var inputSpan = input.mutableSpan
    take(count, into: &inputSpan)
    var output = Scratch(repeating: 0)
    var span = output.mutableSpan
    let given = resampler.resample(input.span.extracting(first: count), into: &span)
    return give(output.span.extracting(first: given), to: &frame, at: filled)
  }

  /// Without resampling: straight from the ring into the frame.
  private mutating func takeSamples(into frame: inout MutableSpan<Int16>, at filled: Int) -> Int {
    let count = min(waitingSamples, frame.count - filled)
    guard count > 0 else { return 0 }
    var rest = frame._mutatingExtracting(filled..<(filled + count))
    take(count, into: &rest)
    return count
  }

  private mutating func take(_ count: Int, into samples: inout MutableSpan<Int16>) {
    let range = ring.start..<(ring.start + count * wire.encoding.bytesPerSample)
    ring.expand(range, from: wire.encoding, into: &samples)
    ring.release(upTo: range.upperBound)
  }

  /// Copies to the frame what fits; the few samples beyond it wait for the next frame.
  private mutating func give(
    _ samples: Span<Int16>, to frame: inout MutableSpan<Int16>, at filled: Int
  ) -> Int {
    let count = min(samples.count, frame.count - filled)
    for index in 0..<count { frame[filled + index] = samples[index] }
    for index in count..<samples.count where carryCount < carry.count {
      carry[carryCount] = samples[index]
      carryCount += 1
    }
    return count
  }

  private mutating func takeCarry(into frame: inout MutableSpan<Int16>) -> Int {
    let count = min(carryCount, frame.count)
    for index in 0..<count { frame[index] = carry[index] }
    for index in count..<carryCount { carry[index - count] = carry[index] }
    carryCount -= count
    return count
  }

  private mutating func fill(
    _ nanoseconds: Int64, _ statistics: inout SessionStatistics.Inbound
  ) {
    let bytes = min(wire.byteCount(nanoseconds: nanoseconds), gapCap, capacity)
    makeRoom(bytes, &statistics)
    if !comfort.isEmpty { comfort[0].hole = ring.end..<(ring.end + bytes) }
    ring.append(repeating: wire.encoding.silence, byteCount: bytes)
    statistics.gaps += 1
    statistics.filledSilence += .nanoseconds(wire.nanoseconds(byteCount: bytes))
  }

  private mutating func makeRoom(_ bytes: Int, _ statistics: inout SessionStatistics.Inbound) {
    let excess = bytes - ring.free
    guard excess > 0 else { return }
    let size = wire.encoding.bytesPerSample
    let dropped = min((excess + size - 1) / size * size, ring.count / size * size)
    ring.release(upTo: ring.start + dropped)
    statistics.overflow += .nanoseconds(wire.nanoseconds(byteCount: dropped))
  }
}

/// Whether a sender cuts its stream wherever it likes, inside samples too, or was cut short once.
///
/// Payloads of odd size again and again belong together. A single one among even ones lost its end:
/// were its last byte kept for the next payload, the rest of the call would be noise.
private struct SampleSplits {
  /// Falls with every even payload, rises more with every odd one; a new sender has some credit.
  private var credit = 4
  /// Whether a payload was taken for cut short, and none of odd size should follow soon.
  private var hasCut = false

  /// Whether a payload of `length` bytes begins with a sample, though the one before ended in half a one.
  mutating func beginsSample(_ length: Int) -> Bool {
    if hasCut {
      // Either the sender splits after all and the cut was wrong, so that now its samples end here,
      // or this payload's predecessor was cut short like the first.
      hasCut = false
      return true
    }
    hasCut = length % 2 == 0 && credit <= 5
    return hasCut
  }

  mutating func note(isOdd: Bool) {
    credit = isOdd ? min(credit + 4, 64) : max(credit - 1, 0)
    if credit == 0 { hasCut = false }
  }
}
