/// The caller's audio as it arrives, before the bot reads it: who speaks, and what beeps.
extension MediaSession {
  /// Whether ``SessionEvent/beep(_:)`` tells of the beep of a voice mailbox; not by default.
  public var hearsBeeps: Bool {
    get { !beepDetectors.isEmpty }
    set { beepDetectors = newValue ? [BeepDetector()] : [] }
  }

  /// Lets the detectors listen to what has arrived.
  mutating func listen(at now: MonotonicTime) {
    let rate = configuration.wire.rate
    // Taken out and put back, so that what is in them has one owner and is changed in place.
    var detector = listener.take()
    var beepDetectors = beepDetectors
    self.beepDetectors = []
    var edge: SpeechEdge?
    var beep: Beep?
    inbound.listen(with: stage) { samples in
      edge = detector?.hear(samples, rate: rate) ?? edge
      for index in beepDetectors.indices {
        beep = beepDetectors[index].hear(samples, rate: rate) ?? beep
      }
    }
    self.beepDetectors = beepDetectors
    if let beep { events.append(.beep(beep)) }
    guard let detector else { return }
    let quiet = edge == nil ? 0 : detector.quietDuration.wholeNanoseconds
    let boundary = edge == nil ? nil : detector.lastEdge
    let spoken = detector.spoken
    listener = detector
    if let trace, edge != nil || barge.phase == .listening {
      trace.add(TracedHearing(edge, quiet: .nanoseconds(quiet), spoken: spoken), at: now)
    }
    if let edge { noteCaller(edge, since: now.nanoseconds - quiet, at: now) }
    if edge != nil || barge.phase == .listening {
      hear(edge, boundary, spoken: spoken, at: now)
    }
  }
}
