public import AudioEngine

// What the bot is told.
extension ProxySession {
  /// Writes the next message to the bot into `message`, which is emptied first. To be asked when the
  /// bot's socket takes a message, and no sooner: what a slow bot has not been given yet is the media's
  /// to bound.
  ///
  /// - Returns: what to do, or nil when there is nothing to say.
  public mutating func poll(
    _ media: inout MediaSession, at now: MonotonicTime, into message: inout MessageBuffer
  ) -> Output? {
    message.removeAll()
    switch state {
    case .greeting:
      state = .start
      return end.encodeGreeting(into: &message) ? .text : poll(&media, at: now, into: &message)
    case .start:
      state = .live
      end.encodeStart(start, format: format, into: &message)
      return .text
    case .live:
      return writeReply(into: &message) || writeAudio(&media, into: &message) ? .text : nil
    case .stopping(let stop):
      if writeReply(into: &message) || writeAudio(&media, into: &message) { return .text }
      state = .stopped
      return end.encodeStop(stop, into: &message) ? .text : poll(&media, at: now, into: &message)
    case .stopped:
      guard habits.closesSocket else { return nil }
      state = .closed
      return .close
    case .idle, .closed:
      return nil
    }
  }

  /// Takes one event of the call's media.
  public mutating func note(
    _ event: SessionEvent, media: borrowing MediaSession, at now: MonotonicTime
  ) {
    guard isLive else { return }
    switch event {
    case .markEnded(let name, _, let outcome):
      guard let number = Int(name), let name = takeMark(number) else { return }
      if outcome == .played || outcome == .cleared && habits.marksAtClear == .returned {
        reply(.mark(name))
      }
    case .bargedIn:
      guard options.bargeIn != nil else { return }
      epoch = nil
      audio.cut()
      stale = Stale(since: now, newest: now)
      reply(.cleared)
    case .callerSpeech(let boundary):
      let isAlone = media.isDrained || options.bargeIn != nil
      politeUntil = boundary.edge == .ended || isAlone ? nil : now + options.politeness
    case .keyTone(let tone):
      press(DTMF(tone))
    case .utteranceEnded, .beep, .turn, .interruptionSettled, .roomAvailable, .bargeInHeld,
      .bargeInAsked, .bargeInDismissed, .turnEnded, .turnEndAsked:
      break
    }
  }

  /// Takes a key that the caller has pressed.
  public mutating func press(_ key: DTMF) {
    if isLive { reply(.key(key, at: .nanoseconds(format.rate.nanoseconds(sampleCount: given)))) }
  }

  /// Lets the passing of time do its part. The media may have something to send afterwards.
  public mutating func advance(_ media: inout MediaSession, at now: MonotonicTime) {
    if let until = politeUntil, now >= until {
      politeUntil = nil
      if !media.isDrained { note(.noClear) }
    }
    guard let deadline = finishDeadline(media, at: now), now >= deadline else { return }
    finish(&media)
  }

  /// When ``advance(_:at:)`` must be called next; nil when only new input can make something due.
  public func nextDeadline(
    _ media: borrowing MediaSession, at now: MonotonicTime
  ) -> MonotonicTime? {
    guard let finish = finishDeadline(media, at: now) else { return politeUntil }
    return politeUntil.map { min($0, finish) } ?? finish
  }

  /// When the bot's reply counts as over, which pads its last chunk: when nothing came for long, but not
  /// while more of it waits than that chunk, so that a reply in bursts has no silence between them.
  private func finishDeadline(
    _ media: borrowing MediaSession, at now: MonotonicTime
  ) -> MonotonicTime? {
    guard let epoch, media.openEpoch == epoch else { return nil }
    let idle = spokeAt + options.idleFinish
    let playback = media.configuration.playback
    let chunk = Duration.nanoseconds(
      media.configuration.wire.nanoseconds(byteCount: playback.chunk.preferredBytes))
    let hasBegun = media.statistics.outbound.messages > messagesAtBegin
    let more = media.queuedDuration - chunk - (hasBegun ? .zero : playback.prime)
    return more > .zero ? max(idle, now + more) : idle
  }

  private mutating func takeMark(_ number: Int) -> String? {
    while let first = marks.first, first.number <= number {
      marks.removeFirst()
      if first.number == number { return first.name }
    }
    return nil
  }

  private mutating func writeReply(into message: inout MessageBuffer) -> Bool {
    while let reply = replies.removeFirst() {
      switch reply {
      case .mark(let name):
        counts.marksReturned += 1
        end.encodeMark(name, into: &message)
        return true
      case .cleared:
        if end.encodeCleared(into: &message) { return true }
      case .key(let key, let time):
        end.encodeKey(key, at: time, into: &message)
        return true
      }
    }
    return false
  }

  private mutating func writeAudio(
    _ media: inout MediaSession, into message: inout MessageBuffer
  ) -> Bool {
    guard media.readableCount >= frame.count else { return false }
    var samples = frame.mutableSpan
    let count = media.read(into: &samples)
    guard count == frame.count else { return false }
    let time = Duration.nanoseconds(format.rate.nanoseconds(sampleCount: given))
    end.beginMedia(at: time, into: &message)
    Self.encode(frame, as: format.encoding, into: &wire)
    message.append(atMost: Base64.encodedCount(byteCount: wire.count)) { text in
      unsafe Base64.encode(wire.span.bytes, into: &text)
    }
    end.endMedia(into: &message)
    given += count
    counts.mediaToBot += 1
    counts.samplesToBot += count
    return true
  }

  private static func encode(
    _ frame: [Int16], as encoding: AudioEncoding, into wire: inout [UInt8]
  ) {
    let samples = frame.span
    var span = wire.mutableSpan
    var bytes = unsafe span.mutableBytes
    switch encoding {
    case .linear16: Linear16.encode(samples, into: &bytes)
    case .mulaw: G711.mulawEncode(samples, into: &bytes)
    case .alaw: G711.alawEncode(samples, into: &bytes)
    }
  }
}
