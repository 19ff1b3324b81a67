/// What the caller has heard.
extension MediaSession {
  /// How much of the speech the caller has heard at `now`.
  ///
  /// `played` rests on echoes of marks alone, so it is never more than what was heard; until a
  /// platform has echoed one, it is the clock's limit less the policy's latency bound. Allocates
  /// nothing.
  public mutating func position(at now: MonotonicTime) -> PlaybackPosition {
    advance(to: now)
    let limit = limit(at: now)
    var current: UtteranceRecord?
    for index in 0..<utterances.count where current == nil || utterances[index].start < limit {
      current = utterances[index]
    }
    guard let current else {
      return PlaybackPosition(epoch: nil, played: .zero, estimate: .zero, limit: .zero)
    }
    return PlaybackPosition(
      epoch: current.epoch, played: heard(of: current, upTo: pause?.played ?? confirmed),
      estimate: heard(of: current, upTo: max(estimated, confirmed)),
      limit: span(of: current, upTo: limit))
  }

  /// Takes the platform's echo of a mark.
  ///
  /// - Parameters:
  ///   - name: as it was echoed. An unknown one, or one of a cleared epoch, is counted and changes
  ///     nothing.
  ///   - now: when it arrived.
  public mutating func receiveMarkEcho(_ name: String, at now: MonotonicTime) {
    guard let serial = Self.serial(of: name), let oldest = marksSent.first,
      let newest = marksSent.last, (oldest.serial...newest.serial).contains(serial)
    else {
      statistics.outbound.lateEchoes += 1
      if let serial = Self.serial(of: name) { receiveCutEcho(serial, at: now) }
      advance(to: now)
      return
    }
    // The socket keeps order: what was sent before an echoed mark has been played too.
    for index in 0...(serial - oldest.serial) where !marksSent[index].isEchoed {
      marksSent[index].isEchoed = true
      if marksSent[index].serial == serial {
        // Beyond the policy's bound an echo tells of marks, not of the ear; what is kept to be sent
        // again must not grow with it.
        let bound = configuration.playback.latencyBound.wholeNanoseconds
        latency.observe(min(now.nanoseconds - marksSent[index].playedAt, bound))
        // What that latency does not explain may be what a lost clear has left in front; no more.
        clock.heard(
          upTo: marksSent[index].offset, by: now.nanoseconds - min(latency.late, bound))
      }
    }
    advance(to: now)
  }

  /// Whether the caller has heard everything that was said.
  public var isDrained: Bool { utterances.isEmpty }

  /// The utterance from its start to `position`, which may lie outside.
  func span(of utterance: UtteranceRecord, upTo position: Int) -> Duration {
    let bytes = max(min(position, expectedEnd(utterance)) - utterance.start, 0)
    return .nanoseconds(configuration.wire.nanoseconds(byteCount: bytes))
  }

  /// What the caller has heard of the utterance when the ear is at `position`, without what is unsure:
  /// rather too little where that lies on both sides of the ear.
  func heard(of utterance: UtteranceRecord, upTo position: Int) -> Duration {
    guard let unsure = utterance.unsure, position > unsure.lowerBound else {
      return span(of: utterance, upTo: position)
    }
    let end = min(position, expectedEnd(utterance)) - utterance.unsureBytes
    return span(of: utterance, upTo: max(end, unsure.lowerBound))
  }

  /// The position that the caller cannot have heard beyond.
  func limit(at now: MonotonicTime) -> Int {
    max(clock.limit(at: now.nanoseconds), reach)
  }

  /// The newest mark that was not heard can be heard now: all before it is certain.
  mutating func resolve(_ mark: SentMark) {
    confirmed = max(confirmed, mark.position)
    switch mark.kind {
    case .named(let name):
      events.append(.markEnded(name: name, mark.epoch, .played))
    case .end:
      while let first = utterances.first, first.epoch <= mark.epoch {
        utterances.removeFirst()
        events.append(.utteranceEnded(first.epoch, .played))
      }
    case nil:
      break
    }
  }

  /// The number in front of a mark's name: at most nine digits, then nothing or a colon.
  private static func serial(of name: String) -> Int? {
    var number = 0
    var digits = 0
    for byte in name.utf8 {
      if byte == UInt8(ascii: ":") { break }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < 9 else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
      digits += 1
    }
    return digits > 0 ? number : nil
  }
}
