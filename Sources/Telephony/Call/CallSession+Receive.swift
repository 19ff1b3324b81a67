public import AudioEngine

extension CallSession {
  /// Takes one whole text message from the platform. Never traps, whatever the bytes.
  ///
  /// - Complexity: O(n) in the message; media messages allocate nothing.
  public mutating func receive(text message: RawSpan, at now: MonotonicTime) -> Event {
    guard let trace else { return take(text: message, at: now) }
    trace.enter()
    let event = take(text: message, at: now)
    trace.leave()
    trace.add(.text, message, at: now)
    return event
  }

  private mutating func take(text message: RawSpan, at now: MonotonicTime) -> Event {
    messagesReceived += 1
    switch state {
    case .closed, .ending:
      return refuse(.afterStop, at: now)
    case .waiting:
      guard isAffordable(message) else {
        _ = refuse(.malformed(.tooLarge), at: now)
        end(code: 1009, reason: "too much before the start", at: now)
        return .none
      }
    case .live:
      break
    }
    guard message.byteCount > 0 else { return refuse(.emptyMessage, at: now) }
    if codec == nil {
      switch configuration.platforms.sender(of: message) {
      case .one(let entry): codec = SessionCodec(wire: entry.makeCodec())
      case .undecided: return .none
      case .nobody: break
      }
    }
    guard let event = codec.decode(message) else {
      do throws(MalformedKind) {
        _ = try MediaEnvelope(scanning: message)
        return refuse(.unrecognised, at: now)
      } catch {
        return refuse(.malformed(error), at: now)
      }
    }
    switch event {
    case .media(let media):
      return receive(media, of: message, at: now)
    case .connected:
      badInARow = 0
      return .none
    case .start(let start):
      return begin(start, at: now)
    case .stop(let stop):
      return end(stop, at: now)
    case .fault(let fault):
      faultCount += 1
      lastFault = fault
      badInARow = 0
      return .none
    case .ignored:
      return refuse(.unknownEvent, at: now)
    case .malformed(let kind):
      return refuse(.malformed(kind), at: now)
    case .dtmf(let key):
      return whenLive(at: now) { _ in .dtmf(key) }
    case .mark(let echo):
      return whenLive(at: now) { session in
        session.media?.receiveMarkEcho(echo.name, at: now)
        return .progress
      }
    case .cleared:
      return whenLive(at: now) { session in
        session.media?.receiveCleared(at: now)
        return .progress
      }
    case .clear:
      return whenLive(at: now) { session in
        _ = session.media?.interrupt(at: now)
        return .progress
      }
    }
  }

  /// Takes one whole binary message. No platform sends any: it is read as text where it looks like
  /// JSON, and counted otherwise.
  public mutating func receive(binary message: RawSpan, at now: MonotonicTime) -> Event {
    var scanner = JSONScanner(message)
    scanner.beginText()
    if scanner.current == UInt8(ascii: "{") { return receive(text: message, at: now) }
    trace?.add(.binary, at: now)
    receiveUnreadable(at: now)
    return .none
  }

  /// Takes a binary message again that nobody could read.
  mutating func receiveUnreadable(at now: MonotonicTime) {
    messagesReceived += 1
    _ = refuse(.binary, at: now)
  }

  /// Takes a media message again, of which the codec has told.
  mutating func receive(media: MediaMessage, of message: RawSpan, at now: MonotonicTime) {
    messagesReceived += 1
    _ = receive(media, of: message, at: now)
  }

  /// Whether a message before the start may be read: what it costs is bounded by the bytes of all of
  /// them. Media is refused at the price of any other media.
  private mutating func isAffordable(_ message: RawSpan) -> Bool {
    guard message.byteCount <= Self.maximumBytesBeforeStart else { return false }
    if codec != nil, QuickMedia.read(message) != nil { return true }
    bytesBeforeStart += message.byteCount
    return bytesBeforeStart <= 2 * Self.maximumBytesBeforeStart
  }

  private mutating func receive(
    _ media: MediaMessage, of message: RawSpan, at now: MonotonicTime
  ) -> Event {
    guard case .live = state else { return refuse(.mediaBeforeStart, at: now) }
    let isOutbound = media.track == .outbound
    if isOutbound, !openOutboundTrack() { return refuse(.otherTrack, at: now) }
    let timing = MediaTiming(
      chunk: media.chunk, timestampMilliseconds: media.timestampMilliseconds)
    let payload = message.extracting(media.payload)
    var result: ReceiveResult?
    if media.payloadHasEscapes {
      // Moved out and back, which copies nothing: a span of it may not overlap with `self`.
      var text: [UInt8] = []
      swap(&text, &scratch)
      JSONText.base64(in: payload, into: &text)
      result = unsafe take(text.span.bytes, isOutbound, timing, at: now)
      swap(&text, &scratch)
    } else {
      result = take(payload, isOutbound, timing, at: now)
    }
    trace?.note(media, result)
    switch result {
    case .taken:
      badInARow = 0
      return isOutbound ? .outboundAudio : .audio
    case .empty: return refuse(.emptyPayload, at: now)
    case .invalidBase64: return refuse(.invalidBase64, at: now)
    case .duplicate: return refuse(.duplicate, at: now)
    case .closed, nil: return refuse(.afterStop, at: now)
    }
  }

  private mutating func take(
    _ base64: RawSpan, _ isOutbound: Bool, _ timing: MediaTiming, at now: MonotonicTime
  ) -> ReceiveResult? {
    isOutbound
      ? outboundTrack?.media.receive(base64, timing: timing, at: now)
      : media?.receive(base64, timing: timing, at: now)
  }

  /// Whether what the platform plays to the caller is wanted: on a one-way stream that announced the
  /// track. On a two-way stream it would be the bot's own speech.
  private mutating func openOutboundTrack() -> Bool {
    if outboundTrack != nil { return true }
    guard let configuration = media?.configuration, configuration.direction == .unidirectional,
      start?.tracks.contains(.outbound) == true
    else { return false }
    outboundTrack = try? OutboundTrack(configuration)
    return outboundTrack != nil
  }

  private mutating func begin(_ start: StreamStart, at now: MonotonicTime) -> Event {
    guard var codec = codec?.wire else { return .none }
    let announced = codec.wireFormat(for: start, query: query)
    if case .live = state {
      // A stream that was renamed goes on under its new name.
      if start.streamSID != self.start?.streamSID, let announced,
        announced == media?.configuration.wire
      {
        codec.streamStarted(start, format: announced)
        self.codec = SessionCodec(wire: codec)
        self.start = start
      }
      return refuse(.repeatedStart, at: now)
    }
    guard let format = announced, start.mediaFormat.channels ?? 1 == 1 else {
      return refuseFormat(at: now)
    }
    var playback = codec.playbackPolicy(for: format, lead: configuration.lead)
    playback.lead = playback.lead.shifted(by: configuration.phase)
    playback.prime = configuration.prime ?? playback.prime
    let made =
      replayed.first
      ?? SessionConfiguration(
        wire: format, botRate: configuration.botRate ?? format.rate,
        filter: configuration.filter, playback: playback,
        direction: codec.direction(for: start, query: query),
        outboundCapacity: configuration.outboundCapacity, whenFull: configuration.whenFull,
        inboundCapacity: configuration.inboundCapacity, idleFinish: configuration.idleFinish,
        enhancement: configuration.enhancement, comfortNoise: configuration.comfortNoise)
    do {
      media = try MediaSession(configuration: made)
    } catch {
      return refuseFormat(at: now)
    }
    if let makeDetector = configuration.bargeInDetector {
      media?.detector = makeDetector()
      media?.bargeIn = configuration.bargeIn
    }
    if let policy = configuration.turnPolicy {
      if media?.detector == nil { media?.detector = VoiceDetector() }
      media?.endOfTurn = policy
    }
    if let trace {
      trace.add(made)
      media?.trace = trace
    }
    media?.hearsBeeps = configuration.hearsBeeps
    media?.hearsKeys = configuration.hearsKeys
    codec.streamStarted(start, format: format)
    self.codec = SessionCodec(wire: codec)
    self.start = start
    state = .live
    badInARow = 0
    return .started(start)
  }

  private mutating func refuseFormat(at now: MonotonicTime) -> Event {
    _ = refuse(.unsupportedFormat, at: now)
    state = .ending(code: 1003, reason: Self.unsupportedFormat)
    return .none
  }

  private mutating func end(_ stop: StreamStop, at now: MonotonicTime) -> Event {
    closeMedia(at: now)
    state = .ending(code: 1000, reason: "")
    return .stopped(stop)
  }

  private mutating func whenLive(
    at now: MonotonicTime, _ body: (inout CallSession) -> Event
  ) -> Event {
    guard case .live = state else { return refuse(.eventBeforeStart, at: now) }
    badInARow = 0
    return body(&self)
  }

  private mutating func refuse(_ kind: RefusedInput, at now: MonotonicTime) -> Event {
    refused[kind, default: 0] += 1
    trace?.note(refused: kind)
    switch state {
    case .closed, .ending: return .none
    case .waiting, .live: break
    }
    badInARow = kind.isUnreadable ? badInARow + 1 : 0
    if badInARow >= configuration.mostBadMessages {
      end(code: 1003, reason: Self.unreadable, at: now)
    }
    return .none
  }
}
