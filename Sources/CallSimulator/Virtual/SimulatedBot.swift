public import AudioEngine

/// A bot without a socket or a clock, to be run against a ``SimulatedPlatform`` in a
/// ``Simulation``: Sidetone's own session behind an adapter, or a script that does something wrong.
public protocol SimulatedBot {
  /// Something happened at the bot's end of the socket.
  mutating func received(_ event: BotEvent, at now: MonotonicTime)

  /// What is due by `now`, one action a call, nil when nothing more is.
  mutating func poll(at now: MonotonicTime) -> BotAction?

  /// When ``poll(at:)`` has to be called again; nil when only an event can cause something.
  var nextDeadline: MonotonicTime? { get }
}

/// What a bot sees of its socket.
public enum BotEvent: Hashable, Sendable {
  /// The upgrade has succeeded.
  case opened
  /// A text message of the platform.
  case text([UInt8])
  /// The socket has ended.
  case closed
}

/// What a bot wants done.
public enum BotAction: Hashable, Sendable {
  /// Send this message.
  case send(BotMessage)
  /// Close the socket with this code.
  case close(code: Int)
}

/// A bot that answers each event with actions after some time: enough for every wrong bot.
public struct ReactiveBot: SimulatedBot {
  /// An action and how long after the event it is due.
  public typealias Reaction = (after: Duration, action: BotAction)

  private let react: (BotEvent, MonotonicTime) -> [Reaction]
  private var planned: [(due: MonotonicTime, action: BotAction)] = []

  /// Makes a bot from its reactions. What is due at the same time keeps its order.
  public init(_ react: @escaping (BotEvent, MonotonicTime) -> [Reaction]) {
    self.react = react
  }

  /// Asks the closure what to do about the event.
  public mutating func received(_ event: BotEvent, at now: MonotonicTime) {
    for reaction in react(event, now) {
      let due = now + reaction.after
      let index = planned.firstIndex { $0.due > due } ?? planned.endIndex
      planned.insert((due, reaction.action), at: index)
    }
  }

  /// The next action that is due.
  public mutating func poll(at now: MonotonicTime) -> BotAction? {
    guard let first = planned.first, first.due <= now else { return nil }
    return planned.removeFirst().action
  }

  /// When the next action is due.
  public var nextDeadline: MonotonicTime? { planned.first?.due }
}
