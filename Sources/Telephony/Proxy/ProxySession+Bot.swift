public import AudioEngine

// What the bot sends.
extension ProxySession {
  /// Takes one whole text message of the bot's. Never traps, whatever the bytes. The media may have
  /// something to send and to tell afterwards.
  ///
  /// - Complexity: O(n) in the message; media allocates nothing.
  public mutating func receive(
    _ message: RawSpan, media: inout MediaSession, at now: MonotonicTime
  ) -> Action {
    guard isLive else { return .none }
    let command = end.decode(message)
    if command.isForeign { note(.wrongStream) }
    switch command.kind {
    case .media(let part):
      receive(
        message.extracting(part.payload), hasEscapes: part.payloadHasEscapes, &media, at: now)
    case .mark(let name):
      mark(name, &media, at: now)
    case .clear:
      clear(&media, at: now)
    case .keys(let keys):
      return .press(keys)
    case .ignored(let event):
      lastUnknownEvent = event.name
      note(.unknownEvent)
    case .malformed:
      note(.unreadable)
    }
    return .none
  }

  /// Takes one whole binary message, which no dialect has: it is counted.
  public mutating func receiveBinary() {
    if isLive { note(.binary) }
  }

  /// Notes that keys could not be pressed.
  public mutating func refuseKeys() { note(.unsupportedKeys) }

  private mutating func receive(
    _ payload: RawSpan, hasEscapes: Bool, _ media: inout MediaSession, at now: MonotonicTime
  ) {
    counts.mediaFromBot += 1
    let reading = audio.read(payload, hasEscapes: hasEscapes)
    if let fault = reading.fault { note(fault) }
    if let fault = reading.secondFault { note(fault) }
    guard reading.sampleCount > 0 else { return }
    let samples = audio.samples
    if speed.add(samples.span.extracting(first: reading.sampleCount)) { note(.halfSpeed) }
    guard !isStale(at: now) else {
      counts.samplesStale += reading.sampleCount
      return
    }
    write(reading.sampleCount, &media, at: now)
  }

  private mutating func write(
    _ count: Int, _ media: inout MediaSession, at now: MonotonicTime
  ) {
    spokeAt = now
    guard let epoch = openUtterance(&media, at: now) else {
      counts.samplesRefused += count
      return
    }
    do throws(SpeechError) {
      let taken = try media.write(
        audio.samples.span.extracting(first: count), to: epoch, at: now)
      counts.samplesTaken += taken
      guard taken < count else { return }
      counts.samplesBeyondQueue += count - taken
      note(.queueFull)
    } catch {
      if error == .full {
        counts.samplesBeyondQueue += count
        note(.queueFull)
      } else {
        counts.samplesRefused += count
      }
    }
  }

  /// The bot's utterance, begun where none is open; nil where the call takes no speech.
  private mutating func openUtterance(
    _ media: inout MediaSession, at now: MonotonicTime
  ) -> Epoch? {
    if let epoch, media.openEpoch == epoch { return epoch }
    epoch = try? media.beginUtterance(at: now)
    messagesAtBegin = media.statistics.outbound.messages
    return epoch
  }

  /// Whether what arrives now belongs to a reply that a barge-in has ended.
  private mutating func isStale(at now: MonotonicTime) -> Bool {
    guard let old = stale else { return false }
    guard now - old.newest < options.staleGap, now - old.since < options.staleLimit else {
      stale = nil
      return false
    }
    stale?.newest = now
    return true
  }

  private mutating func mark(
    _ name: String, _ media: inout MediaSession, at now: MonotonicTime
  ) {
    counts.marksSet += 1
    if let stale, now - stale.newest < options.staleGap, now - stale.since < options.staleLimit {
      // Its audio was cleared before it came.
      if habits.marksAtClear == .returned { reply(.mark(name)) }
      return
    }
    guard marks.count < options.mostMarks else { return note(.tooManyMarks) }
    guard let epoch = openUtterance(&media, at: now) else { return }
    lastMark += 1
    // The bot's own names may be long, empty or all the same.
    guard (try? media.mark(String(lastMark), in: epoch, isReckoned: true)) != nil else { return }
    marks.append((lastMark, name))
  }

  private mutating func clear(_ media: inout MediaSession, at now: MonotonicTime) {
    counts.clears += 1
    stale = nil
    politeUntil = nil
    epoch = nil
    audio.cut()
    _ = media.interrupt(at: now)
    reply(.cleared)
  }

  /// Has the bot told something.
  mutating func reply(_ reply: Reply) {
    guard replies.count < 2 * options.mostMarks else { return note(.unread) }
    replies.append(reply)
  }
}
