/// The caller's audio as it arrives, before the bot reads it: who speaks, what beeps, which keys sound.
extension MediaSession {
  /// Whether ``SessionEvent/beep(_:)`` tells of the beep of a voice mailbox; not by default.
  public var hearsBeeps: Bool {
    get { toneDetectors.first?.beep != nil }
    set { listenForTones { $0.beep = newValue ? BeepDetector() : nil } }
  }

  /// Whether ``SessionEvent/keyTone(_:)`` tells of keys in the audio itself; not by default. A platform that
  /// tells keys as messages may leave them in the audio as well: then each comes twice.
  public var hearsKeys: Bool {
    get { toneDetectors.first?.keys != nil }
    set { listenForTones { $0.keys = newValue ? KeyToneDetector() : nil } }
  }

  private mutating func listenForTones(_ change: (inout ToneDetectors) -> Void) {
    var tones = toneDetectors.first ?? ToneDetectors()
    change(&tones)
    toneDetectors = tones.isEmpty ? [] : [tones]
  }

  /// Lets the detectors listen to what has arrived.
  mutating func listen(at now: MonotonicTime) {
    let rate = configuration.wire.rate
    // Taken out and put back, so that what is in them has one owner and is changed in place.
    var detector = listener.take()
    var tones = toneDetectors
    toneDetectors = []
    var edge: SpeechEdge?
    var count = 0
    inbound.listen(with: stage) { samples in
      edge = detector?.hear(samples, rate: rate) ?? edge
      count += samples.count
      if !turnPolicy.isEmpty { turnPolicy[0].state.recent?.append(samples) }
      for index in tones.indices {
        tones[index].hear(samples, rate: rate) { events.append($0) }
      }
    }
    toneDetectors = tones
    guard let detector else { return }
    let hasTurns = !turnPolicy.isEmpty
    let quiet = edge == nil && !hasTurns ? 0 : detector.quietDuration.wholeNanoseconds
    let boundary = edge == nil ? nil : detector.lastEdge
    let spoken = detector.spoken
    listener = detector
    var change: EndOfTurn.Change?
    if hasTurns {
      var heard = EndOfTurn.Hearing(
        edge: edge, duration: rate.nanoseconds(sampleCount: count), quiet: quiet,
        spoken: spoken?.wholeNanoseconds)
      change = hearTurn(&heard, at: now)
      edge = heard.edge
    }
    if let trace, edge != nil || barge.phase == .listening {
      trace.add(TracedHearing(edge, quiet: .nanoseconds(quiet), spoken: spoken), at: now)
    }
    if !hasTurns, let edge { noteCaller(edge, since: now.nanoseconds - quiet, at: now) }
    if change == .began { tell(.began, at: now) }
    if edge != nil || barge.phase == .listening {
      hear(edge, boundary, spoken: spoken, at: now)
    }
    if change != .began { tell(change, at: now) }
  }
}
