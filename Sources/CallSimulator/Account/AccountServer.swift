public import Sockets

/// A platform's account as its REST interface shows it. Loop thread only.
protocol SimulatedAccount: AnyObject, Sendable {
  /// Answers a request; nil for one to a path that it does not have.
  func answer(_ request: HTTPRequest) -> HTTPResponse?

  /// What is under way, a line each.
  var summary: [String] { get }

  /// Ends everything that is under way.
  func stop()
}

/// A simulated platform's REST interface on a port: takes orders, dials bots, tells what happens.
public actor AccountServer {
  /// The loop's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  /// The port it listens on.
  public nonisolated let port: Int
  private nonisolated let loop: EventLoop
  private let listener: WebSocketListener
  private let account: any SimulatedAccount

  /// Listens for requests to one platform's account.
  ///
  /// - Parameters:
  ///   - platform: whose interface.
  ///   - loop: a loop that has been started; it carries everything, the calls' sockets too.
  ///   - host: an address of this machine.
  ///   - port: 0 for any that is free.
  ///   - tls: the certificate to show; nil for plain HTTP.
  ///   - rules: how the account behaves.
  /// - Throws: ``ListenError``.
  public init(
    _ platform: AccountPlatform, loop: EventLoop, host: String = "127.0.0.1", port: Int = 0,
    tls: TLSServerConfiguration? = nil, rules: AccountRules
  ) throws(ListenError) {
    let account = platform.make(loop, rules)
    var options = ListenerOptions()
    options.tls = tls
    listener = try WebSocketListener(
      loop: loop, host: host, port: port, options: options, onHTTP: { account.answer($0) },
      onUpgrade: { _ in .refuse(status: 404, body: "This is a REST interface.\n") })
    self.loop = loop
    self.account = account
    self.port = listener.port
  }

  /// What is under way, a line each.
  public func summary() -> [String] { account.summary }

  /// Takes no further orders, and ends all calls.
  public func stop() {
    listener.close()
    account.stop()
  }
}

/// A platform whose account can be simulated: its requests and events by name, and how to make one.
public struct AccountPlatform: Sendable {
  /// The names of its requests, as faults name them.
  public let requests: [String]
  /// The names of its events.
  public let events: [String]
  let make: @Sendable (EventLoop, AccountRules) -> any SimulatedAccount

  init(
    requests: [String], events: [String],
    make: @escaping @Sendable (EventLoop, AccountRules) -> any SimulatedAccount
  ) {
    self.requests = requests
    self.events = events
    self.make = make
  }
}
