public import AudioEngine
public import Telephony

/// What happens in a call beside its audio, in the order in which it happens.
public enum CallEvent: Sendable {
  /// The caller pressed a key: the platform said so, or it was heard (``CallConfiguration/hearsKeys``).
  case key(DTMF)
  /// The caller began to speak or stopped; needs a detector.
  case callerSpeech(SpeechBoundary)
  /// The caller's turn is over; needs ``CallConfiguration/endOfTurn``.
  case turnEnded(TurnEnd)
  /// The caller's turn may be over: ``MediaCall/decideTurnEnd(_:of:)`` may say within this time how probable
  /// that is. ``CallConfiguration/turnDetector`` is asked as well, and the first answer counts.
  case turnEndAsked(question: Int, within: Duration)
  /// A voice mailbox beeped: it records now; needs ``CallConfiguration/hearsBeeps``.
  case beep(Beep)
  /// The caller stopped speaking and has heard the bot's answer, which is over; needs a detector.
  case turn(Turn)
  /// The caller spoke over the bot, whose speech was interrupted; needs a detector.
  case bargedIn(Interruption)
  /// The caller speaks over the bot, whose speech is held until it is known whether he means it.
  case bargeInHeld
  /// The caller has spoken over the bot for long enough: ``MediaCall/decideBargeIn(_:)`` may say within
  /// this time whether that interrupts it.
  case bargeInAsked(within: Duration)
  /// The caller who spoke over the bot did not interrupt it. It goes on where it was held for him, for so
  /// long.
  case bargeInDismissed(BargeInDismissal, held: Duration)
  /// The platform has acknowledged an interruption's clear: what was heard is known more exactly than when
  /// it was interrupted. Never where a platform does not acknowledge.
  case interruptionSettled(Interruption)
  /// A mark has ended.
  case markEnded(name: String, in: Epoch, MarkOutcome)
  /// An utterance has ended.
  case utteranceEnded(Epoch, UtteranceOutcome)
  /// The platform says that its queue of caller audio for us is filling; how full in percent, where told.
  case backlog(percent: Int?)
  /// Something that only this platform tells, in a type of its folder.
  case platform(any PlatformEvent)
  /// The reader was slower than the events: so many of the oldest were lost here.
  case missed(Int)
  /// The call is over. Comes exactly once, last.
  case ended(CallEnd)

  /// Events that wait for a slow reader.
  public static let mostWaiting = 64
}

/// What one platform alone tells of a call.
public protocol PlatformEvent: Sendable {}

/// How a call came to its end.
public struct CallEnd: Hashable, Sendable {
  /// The socket's close code; nil where the connection was lost, or the platform has no such codes.
  public var closeCode: UInt16?
  /// The reason in words, as far as one was given; empty otherwise.
  public var reason: String
  /// Why the platform stopped the stream, where it said so.
  public var stop: StreamStop?

  /// Makes an end.
  public init(closeCode: UInt16? = nil, reason: String = "", stop: StreamStop? = nil) {
    self.closeCode = closeCode
    self.reason = reason
    self.stop = stop
  }
}

/// The newest events of one call, numbered from its start, and who waits for the next.
///
/// Grows to ``CallEvent/mostWaiting`` events, then each new one takes the oldest one's place.
struct CallEventLog {
  private var slots: [CallEvent] = []
  /// The number of the next event.
  private(set) var next = 0
  /// Where the bot reads.
  private(set) var botPosition = 0
  /// Whether the last event is there.
  private(set) var isFinished = false
  private var waiters: [CheckedContinuation<Void, Never>] = []

  private var oldest: Int { next - slots.count }

  /// Tells an event, unless the last one has been told.
  mutating func append(_ event: CallEvent) {
    guard !isFinished else { return }
    if slots.count < CallEvent.mostWaiting {
      slots.append(event)
    } else {
      slots[next % slots.count] = event
    }
    next += 1
    if case .ended = event { isFinished = true }
    wake()
  }

  /// The event at `position`, which moves on; nil where there is none yet.
  func take(at position: inout Int) -> CallEvent? {
    if position < oldest {
      defer { position = oldest }
      return .missed(oldest - position)
    }
    guard position < next else { return nil }
    defer { position += 1 }
    return slots[position % CallEvent.mostWaiting]
  }

  /// The bot's next event; nil where there is none yet.
  mutating func takeForBot() -> CallEvent? {
    var position = botPosition
    defer { botPosition = position }
    return take(at: &position)
  }

  /// Waits for the event at `position`.
  mutating func add(_ waiter: CheckedContinuation<Void, Never>, at position: Int) {
    if position < next || isFinished { waiter.resume() } else { waiters.append(waiter) }
  }

  /// Lets everybody look again.
  mutating func wake() {
    while let waiter = waiters.popLast() { waiter.resume() }
  }
}

/// A call's events as an asynchronous sequence that ends with the call.
public struct CallEvents: AsyncSequence, Sendable {
  let call: any MediaCall
  let isWatching: Bool

  /// Begins to read.
  public func makeAsyncIterator() -> Iterator { Iterator(call: call, isWatching: isWatching) }

  /// Reads event after event.
  public struct Iterator: AsyncIteratorProtocol {
    private let call: any MediaCall
    private let isWatching: Bool
    /// A watcher's own place.
    private var position: Int?

    init(call: any MediaCall, isWatching: Bool) {
      self.call = call
      self.isWatching = isWatching
    }

    /// The next event; nil after the last, or when the task is cancelled.
    public mutating func next() async -> CallEvent? { await next(isolation: nil) }

    /// The next event, as ``next()`` gives it.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> CallEvent? {
      guard isWatching else { return await call.nextEvent() }
      let (event, position) = await call.nextEvent(at: position)
      self.position = position
      return event
    }
  }
}

extension MediaCall {
  /// The bot's next event.
  func nextEvent() async -> CallEvent? {
    while !Task.isCancelled {
      if let event = voice.events.takeForBot() { return event }
      guard await waitForEvent(at: voice.events.botPosition) else { break }
    }
    return nil
  }

  /// A watcher's next event and the place after it; the newest place where it has none yet.
  func nextEvent(at position: Int?) async -> (CallEvent?, Int) {
    var position = position ?? voice.events.next
    while !Task.isCancelled {
      if let event = voice.events.take(at: &position) { return (event, position) }
      guard await waitForEvent(at: position) else { break }
    }
    return (nil, position)
  }

  /// Waits for an event at `position`; false where none will come.
  func waitForEvent(at position: Int) async -> Bool {
    // The last ones may have come on the way here.
    guard !voice.events.isFinished || position < voice.events.next else { return false }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume()
        } else {
          voice.events.add(continuation, at: position)
        }
      }
    } onCancel: {
      loop.perform { [weak self] in self?.assumeIsolated { $0.voice.events.wake() } }
    }
    return true
  }
}
