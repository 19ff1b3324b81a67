/// An outbound call of the Legs API that is joined to a bot: whom to call, where the bot is, what is said
/// meanwhile, and how long each step may take.
public struct ExotelOutboundPlan: Hashable, Sendable {
  /// Whom to call, and where events go. Its ``ExotelLeg/customParameter`` should be like no other's: by
  /// it a leg is found whose order was not answered.
  public var leg: ExotelLeg
  /// The bot's socket.
  public var stream: ExotelStreamURL
  /// What is spoken from the answer until the bot is there; nil for nothing. Half a second is enough.
  public var greeting: String?
  /// From the order to the answer: longer than the leg may ring.
  public var answerWithin: Duration
  /// From the answer to the bot.
  public var streamWithin: Duration
  /// From hanging up to the event that says so.
  public var endWithin: Duration

  /// Makes a plan with the usual times: half a minute of ringing and 15 s more, 15 s for the stream, 10 s for
  /// the end.
  public init(leg: ExotelLeg, stream: ExotelStreamURL, greeting: String? = nil) {
    self.leg = leg
    self.stream = stream
    self.greeting = greeting
    answerWithin = .seconds((leg.timeoutSeconds ?? Self.usualTimeout) + 15)
    streamWithin = .seconds(15)
    endWithin = .seconds(10)
  }

  /// Exotel's default from start to answer, in seconds.
  static let usualTimeout = 30
  /// The longest that Exotel lets a leg last by default, in seconds.
  static let usualTimeLimit = 14_400
}

/// What an ``ExotelOutbound`` asks to be sent, once.
public struct ExotelOutboundOrder: Hashable, Sendable {
  /// A request of the Legs API.
  public enum Request: Hashable, Sendable {
    /// Make the leg.
    case dial(ExotelLeg)
    /// Do this on the leg of that identifier.
    case act(ExotelLegAction, leg: String)
  }

  /// By which the answer is given back.
  public let id: Int
  /// What to send.
  public let request: Request
  /// How long to wait before.
  public let delay: Duration
}

/// A step of an outbound call that can fail.
public enum ExotelOutboundStep: String, Hashable, Sendable {
  /// Making the leg.
  case create
  /// Waiting for the answer.
  case answer
  /// Waiting for the bot's socket.
  case stream
  /// Hanging up.
  case hangup
}

/// How an outbound call ended.
public struct ExotelOutboundOutcome: Hashable, Sendable {
  /// The step that failed, and why; nil where none did.
  public struct Failure: Hashable, Sendable {
    /// The step.
    public var step: ExotelOutboundStep
    /// One sentence without a full stop.
    public var reason: String
  }

  /// What failed first; nil for a call that came up and ended, or was stopped.
  public var failure: Failure?
  /// Whether the bot's socket was up.
  public var wasUp = false
  /// Whether it was stopped from outside.
  public var wasStopped = false
  /// Whether a leg may be left, whose own time-outs alone end it.
  public var mayStillRing = false
}

/// What happens in an outbound call, for people.
public enum ExotelOutboundNews: Hashable, Sendable {
  /// The leg is made.
  case created(leg: String)
  /// The other end rings.
  case ringing
  /// The other end answered.
  case answered
  /// The bot's socket is up.
  case streaming(stream: String?)
  /// The greeting is not spoken, or not stopped.
  case greetingFailed(String)
  /// The answer to an order was lost; what it did will show.
  case unanswered(String)
  /// It is hung up.
  case hangingUp
}
