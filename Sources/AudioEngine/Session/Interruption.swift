/// What an interruption did and what the caller had heard by then.
public struct Interruption: Hashable, Sendable {
  /// The utterance that was being heard, or the newest one where none was.
  public var epoch: Epoch
  /// How much of it the caller has heard at least. Never more than what was heard.
  public var played: Duration
  /// How much more of it the caller may have heard.
  public var uncertainty: Duration
  /// Audio of all utterances that was dropped before it left.
  public var discarded: Duration
  /// Audio that had left and was not known to be heard: what the platform was told to drop.
  public var inFlight: Duration
  /// Text spans of the utterance that the caller has heard to their end.
  public var heard: [TextSpan]
}

extension Interruption {
  /// What an interruption of `utterance` says when the ear is between two positions; nothing is
  /// discarded yet.
  init(of utterance: UtteranceRecord, at ear: Playout.Ear, wire: WireFormat) {
    func duration(_ byteCount: Int) -> Duration {
      .nanoseconds(wire.nanoseconds(byteCount: byteCount))
    }
    let certain = duration(utterance.heard(upTo: ear.played))
    let most = duration(utterance.byteCount(upTo: max(ear.played, ear.limit)))
    self.init(
      epoch: utterance.epoch, played: certain, uncertainty: most - certain, discarded: .zero,
      inFlight: .zero,
      heard: utterance.texts(heardUpTo: ear.played).map { span in
        TextSpan(
          text: span.text, start: duration(span.range.lowerBound - utterance.start),
          end: duration(span.range.upperBound - utterance.start))
      })
  }
}

/// The answer to an interruption.
public enum InterruptResult: Hashable, Sendable {
  /// The speech is over.
  case interrupted(Interruption)
  /// Nobody was speaking: nothing was dropped and nothing is sent.
  case idle
  /// An utterance that may not be interrupted is still to be heard: nothing was dropped.
  case protected(Epoch)
}

/// How much of the speech the caller has heard.
public struct PlaybackPosition: Hashable, Sendable {
  /// The utterance being heard; nil before the first.
  public var epoch: Epoch?
  /// Heard for certain.
  public var played: Duration
  /// The best guess, from the clock and the latency that the echoes of marks have shown.
  public var estimate: Duration
  /// Cannot have been heard beyond this: the platform would have to play faster than real time.
  public var limit: Duration
}
