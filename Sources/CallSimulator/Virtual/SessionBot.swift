public import AudioEngine
public import Telephony

/// Sidetone's own side of a call as a ``SimulatedBot``: the same ``CallSession`` that a server puts
/// behind each socket, with a bot that acts as soon as something happens.
public final class SessionBot: SimulatedBot {
  /// What the bot does about an event.
  public typealias Reaction = (inout CallSession, CallSession.Event, MonotonicTime) -> Void

  private var session: CallSession
  private var outgoing = MessageBuffer()
  private var now: MonotonicTime
  private let react: Reaction

  /// Makes a bot whose socket opens at `now`.
  ///
  /// - Parameters:
  ///   - configuration: how the call is carried.
  ///   - path: the path that the platform calls.
  ///   - now: the virtual clock's time.
  ///   - react: called for every event but ``CallSession/Event/none``.
  public init(
    configuration: CallConfiguration = CallConfiguration(), path: String = "/",
    at now: MonotonicTime = .zero, react: @escaping Reaction
  ) {
    session = CallSession(path: path, configuration: configuration, at: now)
    self.now = now
    self.react = react
  }

  /// A bot that gives back what it hears.
  public static func echo(
    configuration: CallConfiguration = CallConfiguration(), path: String = "/"
  ) -> SessionBot {
    SessionBot(configuration: configuration, path: path) { session, event, now in
      guard case .audio = event, let count = session.media?.readableCount, count > 0 else { return }
      var samples = [Int16](repeating: 0, count: count)
      var span = samples.mutableSpan
      let read = session.media?.read(into: &span) ?? 0
      // A full queue or a call that is over drops the rest, and the platform's judge says so.
      _ = try? session.media?.write(samples.span.extracting(first: read), at: now)
    }
  }

  /// Gives the session what has arrived, and the bot what follows from it.
  public func received(_ event: BotEvent, at now: MonotonicTime) {
    self.now = now
    switch event {
    case .opened: break
    case .closed: session.socketClosed(at: now)
    case .text(let text):
      let event = unsafe session.receive(text: text.span.bytes, at: now)
      if case .none = event { return }
      react(&session, event, now)
    }
  }

  /// The session's next message or its close.
  public func poll(at now: MonotonicTime) -> BotAction? {
    self.now = now
    switch session.poll(at: now, into: &outgoing) {
    case nil: return nil
    case .close(let code, _): return .close(code: Int(code))
    case .text:
      let text = unsafe outgoing.withUnsafeMutableMessage { start, byteCount in
        unsafe Array(UnsafeRawBufferPointer(start: start, count: byteCount))
      }
      return .send(.text(text))
    }
  }

  /// The session's next deadline.
  public var nextDeadline: MonotonicTime? { session.nextDeadline(at: now) }
}
