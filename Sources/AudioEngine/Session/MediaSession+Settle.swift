/// What the platform's acknowledgement of a clear says of the speech that it cut off.
extension MediaSession {
  /// Takes the platform's word that it has dropped what it held.
  ///
  /// The socket keeps order: a mark whose echo has come by then was played, one whose echo has not was
  /// cleared with the audio before it. So the caller has heard the speech up to the first and not
  /// beyond the second, and ``SessionEvent/interruptionSettled(_:)`` says so. An acknowledgement that
  /// nobody waits for changes nothing.
  public mutating func receiveCleared(at now: MonotonicTime) {
    advance(to: now)
    guard statistics.outbound.clearsAcknowledged < statistics.outbound.clears else { return }
    statistics.outbound.clearsAcknowledged += 1
    if statistics.outbound.clearsAcknowledged == statistics.outbound.clears { clock.obeyed() }
    guard let cut = cutSpeech, statistics.outbound.clearsAcknowledged >= cut.clearNumber else {
      return
    }
    cutSpeech = nil
    // The piece that plays when the clear arrives may be played to its end, and its mark with it.
    let piece = configuration.wire.byteCount(nanoseconds: 20_000_000)
    let cleared = cut.marks.first { !$0.isEchoed }.map { $0.position + piece } ?? .max
    let limit = max(min(cut.limit, cleared), cut.played)
    var settled = interruption(of: cut.utterance, played: cut.played, limit: limit)
    settled.discarded = cut.interruption.discarded
    settled.inFlight = cut.interruption.inFlight
    events.append(.interruptionSettled(settled))
  }

  /// What is to be remembered of speech that is being cut off; nil where no acknowledgement will come.
  func cut(
    _ utterance: UtteranceRecord, _ interruption: Interruption, played: Int, limit: Int
  ) -> CutSpeech? {
    guard configuration.playback.acknowledgesClear else { return nil }
    var utterance = utterance
    utterance.end = expectedEnd(utterance)
    let marks = (0..<marksSent.count).map { marksSent[$0] }
    return CutSpeech(
      interruption: interruption, utterance: utterance, limit: limit,
      clearNumber: statistics.outbound.clears + 1, played: played, marks: marks)
  }

  /// Takes the echo of a mark that was cleared: it was on its way already, so what it marks was heard.
  ///
  /// An echo that comes before the ear can have reached the mark proves nothing.
  mutating func receiveCutEcho(_ serial: Int, at now: MonotonicTime) {
    guard var cut = cutSpeech.take() else { return }
    if let last = cut.marks.lastIndex(where: {
      $0.serial == serial && $0.playedAt <= now.nanoseconds
    }) {
      for index in 0...last { cut.marks[index].isEchoed = true }
      cut.played = max(cut.played, cut.marks[last].position)
    }
    cutSpeech = cut
  }

  /// What an interruption of `utterance` says when the ear is between two positions.
  func interruption(of utterance: UtteranceRecord, played: Int, limit: Int) -> Interruption {
    let certain = heard(of: utterance, upTo: played)
    let spans = utterance.spans.filter { span in
      span.end <= played
        && utterance.unsure?.overlaps(span.start..<max(span.end, span.start)) != true
    }
    return Interruption(
      epoch: utterance.epoch, played: certain,
      uncertainty: span(of: utterance, upTo: max(played, limit)) - certain, discarded: .zero,
      inFlight: .zero,
      heard: spans.map { span in
        TextSpan(
          text: span.text, start: duration(span.start - utterance.start),
          end: duration(span.end - utterance.start))
      })
  }

  /// How long so many wire bytes last; nothing for a negative count.
  func duration(_ byteCount: Int) -> Duration {
    .nanoseconds(configuration.wire.nanoseconds(byteCount: max(byteCount, 0)))
  }
}

/// Speech that a clear has cut off, until the platform acknowledges the clear.
struct CutSpeech {
  let interruption: Interruption
  /// What was being heard; its end is set.
  let utterance: UtteranceRecord
  /// The ear cannot have passed this.
  let limit: Int
  /// The clear's number among all that the session sends, from 1.
  let clearNumber: Int
  /// The ear has passed this.
  var played: Int
  /// The marks whose echo was awaited, oldest first.
  var marks: [SentMark]
}
