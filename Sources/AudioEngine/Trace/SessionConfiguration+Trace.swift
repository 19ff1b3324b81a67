/// How a media session was made, as a trace has it.
extension SessionConfiguration {
  func write(to bytes: inout TraceBytes) {
    bytes.append(byte: UInt8(AudioEncoding.allCases.firstIndex(of: wire.encoding) ?? 0))
    bytes.append(wire.rate.hertz)
    bytes.append(botRate.hertz)
    bytes.append(filter == .lowDelay)
    bytes.append(direction == .unidirectional)
    bytes.append(outboundCapacity)
    bytes.append(byte: UInt8(FullQueuePolicy.all.firstIndex(of: whenFull) ?? 0))
    bytes.append(inboundCapacity)
    bytes.append(inboundGapCap)
    bytes.append(idleFinish)
    playback.write(to: &bytes)
  }

  package init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    let encoding = try cursor.choice(of: AudioEncoding.allCases)
    let wire = WireFormat(encoding, try cursor.rate())
    let botRate = try cursor.rate()
    let filter = try cursor.flag() ? Resampler.Filter.lowDelay : .standard
    let direction = try cursor.flag() ? StreamDirection.unidirectional : .bidirectional
    let outboundCapacity = try cursor.capacity()
    let whenFull = try cursor.choice(of: FullQueuePolicy.all)
    self.init(
      wire: wire, botRate: botRate, filter: filter, playback: .standard, direction: direction,
      outboundCapacity: outboundCapacity, whenFull: whenFull,
      inboundCapacity: try cursor.capacity(), inboundGapCap: try cursor.capacity(),
      idleFinish: try cursor.capacity())
    playback = try PlaybackPolicy(from: &cursor)
  }
}

extension FullQueuePolicy {
  package static let all: [FullQueuePolicy] = [.wait, .refuse, .dropOldest]
}

extension TraceCursor {
  /// A length of time that can be one of a queue.
  package mutating func capacity() throws(Failure) -> Duration {
    let duration = try duration()
    guard (.zero ... .seconds(86_400)).contains(duration) else { throw Failure() }
    return duration
  }
}

extension PlaybackPolicy {
  /// To be replaced by what the trace says.
  fileprivate static let standard = PlaybackPolicy(
    chunk: ChunkPolicy(minimumBytes: 1, maximumBytes: 1, multipleBytes: 1))

  func write(to bytes: inout TraceBytes) {
    for size in [
      chunk.minimumBytes, chunk.maximumBytes, chunk.multipleBytes, chunk.preferredBytes,
      chunk.tailMultipleBytes,
    ] { bytes.append(size) }
    lead.write(to: &bytes)
    bytes.append(prime)
    bytes.append(platformBuffer)
    bytes.append(echoesMarks)
    bytes.append(acknowledgesClear)
    bytes.append(latencyBound)
    bytes.append(markInterval)
  }

  init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    let chunk = try ChunkPolicy(from: &cursor)
    self.init(
      chunk: chunk, lead: try LeadPolicy(from: &cursor), prime: try cursor.capacity(),
      platformBuffer: try cursor.capacity(), echoesMarks: try cursor.flag(),
      acknowledgesClear: try cursor.flag(), latencyBound: try cursor.capacity(),
      markInterval: try cursor.capacity())
  }
}

extension ChunkPolicy {
  /// A policy that contradicts itself traps: one that strangers wrote is looked at first.
  init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    let least = try cursor.int()
    let most = try cursor.int()
    let multiple = try cursor.int()
    let preferred = try cursor.int()
    let tail = try cursor.int()
    let sizes = 1...(1 << 24)
    guard sizes.contains(multiple), sizes.contains(least), sizes.contains(most), least <= most,
      least % multiple == 0, most % multiple == 0, (least...most).contains(preferred),
      preferred % multiple == 0, (1...most).contains(tail), tail % multiple == 0
    else { throw TraceCursor.Failure() }
    self.init(
      minimumBytes: least, maximumBytes: most, multipleBytes: multiple, preferredBytes: preferred,
      tailMultipleBytes: tail)
  }
}

extension LeadPolicy {
  package func write(to bytes: inout TraceBytes) {
    switch self {
    case .fixed(let lead):
      bytes.append(byte: 0)
      bytes.append(lead)
    case .adaptive(let minimum, let maximum):
      bytes.append(byte: 1)
      bytes.append(minimum)
      bytes.append(maximum)
    }
  }

  package init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    switch try cursor.byte() {
    case 0: self = .fixed(try cursor.capacity())
    case 1: self = .adaptive(minimum: try cursor.capacity(), maximum: try cursor.capacity())
    default: throw TraceCursor.Failure()
    }
  }
}

extension BargeInPolicy {
  package func write(to bytes: inout TraceBytes) {
    bytes.append(byte: UInt8(Manner.allCases.firstIndex(of: manner) ?? 0))
    bytes.append(after)
    bytes.append(optional: veto) { $0.append($1) }
    bytes.append(longestHold)
  }

  package init(from cursor: inout TraceCursor) throws(TraceCursor.Failure) {
    self.init(
      try cursor.choice(of: Manner.allCases), after: try cursor.capacity(),
      veto: try cursor.optional { (cursor) throws(TraceCursor.Failure) in try cursor.capacity() },
      longestHold: try cursor.capacity())
  }
}
