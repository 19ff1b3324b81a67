/// What a client asks of a call.
public enum AgenTaoCommand: Hashable, Sendable, CustomStringConvertible {
  /// Answer it.
  case answer
  /// Ring the original callee for so many seconds, 1 to 120, and join all in a conference.
  case connect(ringSeconds: Int)
  /// Change who hears the bot.
  case mode(AgenTaoAgentMode)
  /// End the call for everyone.
  case disconnect
  /// Leave the call; after ``answer`` alone that ends it.
  case close
  /// Drop the bot's audio that was sent and not played.
  case interrupt

  /// The command's name in the platform's documentation.
  public var description: String {
    switch self {
    case .answer: "answer"
    case .connect: "connect"
    case .mode(let mode): mode.rawValue
    case .disconnect: "disconnect"
    case .close: "close"
    case .interrupt: "interrupt"
    }
  }

  /// How long the server may take: 10 s, or the ring time.
  public var serverDeadline: Duration {
    if case .connect(let seconds) = self { .seconds(seconds) } else { .seconds(10) }
  }

  /// How much longer the client waits for the server's own answer, a timeout included.
  public static let patience: Duration = .seconds(5)

  /// The ring times that may be asked for, in seconds.
  public static let ringSeconds = 1...120

  /// Whether the command makes sense for a call in `state`.
  public func isValid(in state: AgenTaoCallState) -> Bool {
    switch (self, state) {
    case (.answer, .pending): true
    case (.connect, .pending), (.connect, .answered): true
    case (.mode, .connected): true
    case (.disconnect, .answered), (.disconnect, .connected): true
    case (.close, .pending), (.close, .answered), (.close, .connected): true
    case (.interrupt, .answered), (.interrupt, .connected): true
    default: false
    }
  }

  /// Whether nothing is left to be done once the command is.
  var ends: Bool { self == .close || self == .disconnect }
}

/// Names one command of one call, so that its result can be told from others'.
public struct AgenTaoCommandToken: Hashable, Sendable {
  let number: Int
}

/// What a server says besides yes.
public struct AgenTaoReply: Hashable, Sendable {
  /// How the bot is heard now, where the server says it.
  public var mode: AgenTaoAgentMode?
  /// Audio the server dropped, in bytes, where it says so.
  public var discardedBytes: Int?
  /// What leaving did.
  public var leaveOutcome: AgenTaoLeaveOutcome?

  /// Makes a plain yes.
  public init(
    mode: AgenTaoAgentMode? = nil, discardedBytes: Int? = nil,
    leaveOutcome: AgenTaoLeaveOutcome? = nil
  ) {
    self.mode = mode
    self.discardedBytes = discardedBytes
    self.leaveOutcome = leaveOutcome
  }
}
