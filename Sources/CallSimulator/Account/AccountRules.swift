public import AudioEngine
public import Sockets

/// What holds for a simulated account, whatever the platform.
public struct AccountRules: Sendable {
  /// The account's name in paths.
  public var name: String
  /// What a request has to show; nil lets everybody in.
  public var credentials: (user: String, password: String)?
  /// How many requests are answered in a window of time, 1 to 100,000; nil for any number.
  public var limit: (requests: Int, window: Duration)?
  /// What goes wrong.
  public var faults: [AccountFault] = []
  /// How many streams may be up at once, 0 and more.
  public var mostStreams = 100
  /// Streams that are up beside those that it plays.
  public var otherStreams = 0
  /// What becomes of a number that is called.
  public var callee = SimulatedCallee.answers(after: .milliseconds(500))
  /// What the far end says in each stream, once, at each rate that a stream may have; it is silent
  /// before that and where there is none.
  public var voices: [WaveFile] = []
  /// Whom the account's own requests and sockets trust; nil for the system's authorities.
  public var tls: TLSClientConfiguration?
  /// How long a server may take to acknowledge an event.
  public var eventPatience: Duration = .seconds(1)
  /// Told a line of what happens. Called on the loop's thread.
  public var log: @Sendable (String) -> Void = { _ in }

  /// An account without faults that everybody may use.
  public init(name: String) { self.name = name }
}

/// What becomes of a number that a simulated account calls.
public enum SimulatedCallee: Hashable, Sendable {
  /// Rings at once and answers so much later; it hangs up so long after that, or never by itself.
  case answers(after: Duration, hangsUpAfter: Duration? = nil)
  /// Is busy.
  case busy
  /// Rings and does not answer.
  case noAnswer
  /// Cannot be called at all.
  case fails
}
