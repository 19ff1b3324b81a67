public import Telephony

/// How a server treats its calls.
public struct ServerConfiguration: Sendable {
  /// How each call's media are carried.
  public var call: CallConfiguration
  /// How connections are accepted: sizes and deadlines.
  public var listener: ListenerOptions
  /// A ping goes out this often, so that no balancer finds the socket idle; nil for none.
  public var pingInterval: Duration?
  /// How long a stopping server waits for its bots before it gives up on them.
  public var stopTimeout: Duration

  /// Makes a configuration.
  public init(
    call: CallConfiguration = CallConfiguration(),
    listener: ListenerOptions = ListenerOptions(),
    pingInterval: Duration? = .seconds(20),
    stopTimeout: Duration = .seconds(5)
  ) {
    self.call = call
    self.listener = listener
    self.pingInterval = pingInterval
    self.stopTimeout = stopTimeout
  }
}
