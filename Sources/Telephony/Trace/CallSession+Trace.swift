public import AudioEngine

/// What a call writes down of itself.
extension CallSession {
  /// Has all that goes into the call and comes out written down, from now on, in ``TraceRecorder/capacity``
  /// bytes of memory. To be called before the first message, or what is written cannot be run again.
  ///
  /// Telephone numbers, parameters, keys and whatever else of a message a call does not depend on are
  /// hidden: their letters and digits are replaced. What the bot says is written as it is.
  ///
  /// - Parameters:
  ///   - recorder: where to.
  ///   - facts: what the trace is to say of itself, by name: when, which program.
  ///   - now: the time.
  public mutating func beginTrace(
    in recorder: TraceRecorder, facts: [(name: String, value: String)] = [], at now: MonotonicTime
  ) {
    guard trace == nil else { return }
    recorder.begin(
      TraceHead(
        platform: platform?.name, began: now, query: TraceRedaction.query(query),
        configuration: configuration,
        facts: facts.map { TraceHead.Fact(name: $0.name, value: $0.value) }))
    trace = recorder
    media?.trace = recorder
  }

  /// Where the call is written down; nil where it is not.
  public var recorder: TraceRecorder? { trace }
}

extension TraceRecorder {
  /// A message is no larger in a trace: what is longer is none that a platform sends.
  private static let longestText = 64 << 10

  func begin(_ head: TraceHead) {
    var record = TraceBytes()
    head.write(to: &record)
    preamble.removeAll()
    for byte in CallTrace.magic { preamble.append(byte: byte) }
    preamble.append(record.bytes)
  }

  /// A message has come, and what it did is done.
  func add(_ kind: TraceKind, _ message: RawSpan, at now: MonotonicTime) {
    if let media {
      self.media = nil
      return add(.media, at: now) { media.write(to: &$0) }
    }
    let text = message.extracting(first: min(message.byteCount, Self.longestText))
    let hidden = TraceRedaction.message(text)
    add(kind, at: now) { $0.append(hidden) }
  }

  /// Notes what became of a media message in a live stream.
  func note(_ message: MediaMessage, _ result: ReceiveResult?) {
    var media = TracedMedia()
    media.isOutbound = message.track == .outbound
    media.chunk = message.chunk
    media.timestampMilliseconds = message.timestampMilliseconds
    media.count = message.payload.count
    switch result {
    case .taken where media.isOutbound:
      media.count = Base64.decodedCapacity(characterCount: message.payload.count)
    case .taken:
      media.count = newestCount
      media.peak = newestPeak
    case .invalidBase64: media.fate = .invalid
    default: media.fate = .other
    }
    self.media = media
  }

  /// Something could not be used.
  func note(refused kind: RefusedInput) {
    switch kind {
    case .malformed, .invalidBase64, .unsupportedFormat, .unrecognised:
      note(trouble: "illegal input: \(kind)")
    default: add(.refused) { $0.append(kind.description) }
    }
  }

  func enter(code: UInt16, reason: String, at now: MonotonicTime) {
    enter(.end, at: now) { bytes in
      bytes.append(Int(code))
      bytes.append(reason)
    }
  }

  /// What a poll gave.
  func add(
    _ output: CallSession.Output?, _ message: RawSpan, areKeys: Bool, at now: MonotonicTime
  ) {
    let chunk = self.chunk.take()
    add(.poll, at: now) { bytes in
      switch output {
      case nil: bytes.append(byte: TracedOutput.nothing.rawValue)
      case .close(let code, let reason):
        bytes.append(byte: TracedOutput.close.rawValue)
        bytes.append(Int(code))
        bytes.append(reason)
      case .text:
        let kind: TracedOutput = areKeys ? .keys : chunk == nil ? .text : .media
        bytes.append(byte: kind.rawValue)
        bytes.append(message.byteCount)
        switch kind {
        case .keys: break
        case .media:
          bytes.append(WireHash.mix(message, at: now, into: WireHash.start))
          chunk?.write(to: &bytes)
        default: bytes.append(message)
        }
      }
    }
  }
}
