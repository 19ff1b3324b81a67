/// What happens in a call that a platform tells its server of.
public enum CallMoment: Hashable, Sendable {
  /// The stream has started.
  case started
  /// So much of what the platform holds for the bot waits to be read, in percent of the most.
  case degraded(percent: Int)
  /// The call is over.
  case ended(CallEnding)
}

/// How a call ended.
public struct CallEnding: Hashable, Sendable {
  /// Whether the stream had started.
  public var wasUp = false
  /// Whether the caller hung up, or the platform ended the stream by itself.
  public var isStopped = false
  /// The close code; nil where the socket never opened.
  public var closeCode: Int?
  /// Why the platform gave the call up; nil where it did not.
  public var failure: String?
  /// How long the stream lasted, in milliseconds.
  public var durationMs = 0.0
  /// What the platform calls it where nobody answered: `busy`, `no-answer`, `failed`; nil elsewhere.
  public var unanswered: String?

  /// Whether the bot ended it in an orderly way.
  var isOrderly: Bool { failure == nil && closeCode != nil && closeCode != 1006 }
}

/// How far a bot may leave a platform's messages unread.
public struct ReadBacklog: Hashable, Sendable {
  /// Then the platform gives the call up.
  public let limit: Duration
  /// What it tells its server of on the way, in percent, rising.
  public let levels: [Int]

  /// Makes the bounds.
  public init(limit: Duration, levels: [Int]) {
    self.limit = limit
    self.levels = levels
  }
}

/// Where a platform tells of a call, and how.
public struct CallbackPlan: Hashable, Sendable {
  /// Of the call, or of the stream; nil for nowhere.
  public var status: String?
  /// `GET` or `POST`.
  public var statusMethod = "POST"
  /// Which events of the call are told there; empty for all.
  public var statusEvents: [String] = []
  /// What was passed with the order of the call, and comes back; nil for nothing.
  public var customField: String?
  /// Of the stream's outcome, and the way to take after it; nil for nowhere.
  public var passthru: String?
  /// One of ``SimulatedWeb/callbackStyles``.
  public var style = ""
  /// How often one is sent again that was not taken; more than 0 also has the last one come twice.
  public var retries = 0
  /// Where the bot was dialled.
  public var streamURL = ""

  /// Tells nobody.
  public init() {}
}

/// One callback.
public struct WebCallback: Sendable {
  /// What reports call it.
  let event: String
  let request: WebRequest
  /// What an answer's status means for the flow; empty where it has no say.
  var branches: [Int: String] = [:]
}
