public import AudioEngine
public import Sockets
public import Telephony

/// The far side of AgenTao for tests and for trying a client: announces calls, carries their audio,
/// and does wrong what ``AgenTaoFaults`` say.
///
/// Its state lives on its loop's thread; the methods may be called from anywhere.
public actor AgenTaoServer {
  /// How a server behaves.
  public struct Configuration: Sendable {
    /// The wire.
    public var profile = Profile.w1
    /// The one rate that clients may ask for; nil for 8, 16 and 24 kHz.
    public var rate: SampleRate?
    /// The key that clients must show; nil lets everybody in.
    public var apiKey: Secret?
    /// The connector that clients must name along with the key; nil takes any, but one has to be named.
    public var connectorID: String?
    /// The calls that arrive as soon as a client is ready and no other call is under way.
    public var plans: [AgenTaoPlan] = []
    /// What goes wrong.
    public var faults = AgenTaoFaults()
    /// How long a call may stay unclaimed before it is withdrawn.
    public var offerLife: Duration = .seconds(10)
    /// How much of what each party heard is kept for each call, in bytes.
    public var recordedBytes = 32 << 20
    /// How the listener treats its connections. Where it asks for client certificates the media links
    /// come to a port of their own, which asks for none: their token is enough.
    public var listener: ListenerOptions = {
      var options = ListenerOptions()
      options.preferredSubprotocols = ["nvp1.control", "nvp1.media.bin", "nvp1.media.b64"]
      return options
    }()

    /// A server without calls and without faults, on W1.
    public init() {}
  }

  /// Calls that are remembered, whether they go on or not.
  public static let mostCalls = 4_096
  /// The path of the control link, behind any base.
  public static let controlPath = "/v1/agent/session-manager"

  /// The loop's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  /// The port it listens on.
  public nonisolated let port: Int
  private nonisolated let loop: EventLoop
  private let listeners: [WebSocketListener]
  private let exchange: AgenTaoExchange

  /// Listens.
  ///
  /// - Parameters:
  ///   - loop: a loop that has been started; it carries everything.
  ///   - host: an address of this machine.
  ///   - port: 0 for any that is free.
  ///   - configuration: how to behave.
  /// - Throws: ``ListenError``.
  public init(
    loop: EventLoop, host: String = "127.0.0.1", port: Int = 0,
    configuration: Configuration = Configuration()
  ) throws(ListenError) {
    var configuration = configuration
    // A client may send all that was asked for at once; the neutral wire has a limit of its own.
    configuration.listener.limits.maximumMessageSize =
      configuration.profile == .w1 ? AgenTaoPlayout.mostQueuedBytes : 65_536
    // Its links have a rule of their own for clients that do not read.
    configuration.listener.limits.sendTimeout = nil
    let exchange = AgenTaoExchange(loop: loop, configuration: configuration)
    func listen(_ port: Int, _ options: ListenerOptions) throws(ListenError) -> WebSocketListener {
      try WebSocketListener(
        loop: loop, host: host, port: port, options: options,
        onHTTP: { exchange.answer($0) }, onUpgrade: { exchange.judge($0) })
    }
    var listeners: [WebSocketListener] = []
    if let tls = configuration.listener.tls, tls.clientCAFile != nil {
      var options = configuration.listener
      options.tls = TLSServerConfiguration(
        certificateFile: tls.certificateFile, keyFile: tls.keyFile)
      let media = try listen(0, options)
      listeners.append(media)
      exchange.setMediaPort(media.port)
    }
    let listener = try listen(port, configuration.listener)
    listeners.append(listener)
    self.loop = loop
    self.exchange = exchange
    self.listeners = listeners
    self.port = listener.port
  }

  /// Lets a call arrive now; it is announced to every client that is ready, and to those that come.
  ///
  /// - Returns: the call's id on the wire.
  @discardableResult
  public func place(_ plan: AgenTaoPlan = AgenTaoPlan()) -> String { exchange.place(plan) }

  /// Replaces what goes wrong, for everything that happens from now on.
  public func setFaults(_ faults: AgenTaoFaults) { exchange.setFaults(faults) }

  /// Lets a party hang up; nothing happens to a call that is over or unknown.
  public func hangUp(_ call: String, by party: Party = .caller) {
    exchange.line(call)?.end(by: party)
  }

  /// Cuts a call's media connection without a word.
  public func dropMedia(of call: String) { exchange.line(call)?.cutMedia() }

  /// Cuts every control connection without a word.
  public func dropControls() { exchange.dropControls() }

  /// Says that the server is about to go: closes every control connection, refuses others with 503,
  /// and lets calls go on.
  public func drain(reconnectingWithin limit: Duration = .seconds(30)) {
    exchange.drain(within: limit)
  }

  /// What became of a call so far; nil of an unknown one.
  public func record(of call: String) -> AgenTaoCallRecord? {
    exchange.line(call)?.currentRecord()
  }

  /// What the control side has seen so far.
  public func record() -> AgenTaoServerRecord { exchange.currentRecord() }

  /// Waits until a call's record satisfies `condition`, or `limit` has passed.
  ///
  /// - Returns: the record at that time, whether or not it does; nil of an unknown call.
  public func record(
    of call: String, within limit: Duration = .seconds(10),
    once condition: @Sendable (AgenTaoCallRecord) -> Bool
  ) async -> AgenTaoCallRecord? {
    let end = loop.now + limit
    while let record = record(of: call) {
      if condition(record) || loop.now >= end || Task.isCancelled { return record }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return nil
  }

  /// Waits until the server's record satisfies `condition`, or `limit` has passed.
  ///
  /// - Returns: the record at that time, whether or not it does.
  public func record(
    within limit: Duration = .seconds(10), once condition: @Sendable (AgenTaoServerRecord) -> Bool
  ) async -> AgenTaoServerRecord {
    let end = loop.now + limit
    while true {
      let record = record()
      if condition(record) || loop.now >= end || Task.isCancelled { return record }
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Accepts nobody any more and closes every connection with 1001.
  public func stop() {
    for listener in listeners { listener.close() }
    exchange.stop()
  }
}
