import AudioEngine
import Ground

/// One WebSocket, of a server or a client (RFC 6455, without extensions).
///
/// It belongs to its loop: what it knows is for the loop's thread to read. What it is asked for may be
/// asked on any thread, and then happens in the loop's next turn (``WebSocketClient`` is for tasks). Outgoing
/// messages are pulled: ``requestWrite()``, then the delegate is asked for one when the peer can
/// take it, so that nothing waits in a queue that could still be taken back.
///
/// The socket keeps its delegate until it has closed.
public final class WebSocket: @unchecked Sendable {
  // Unchecked: all state is confined to the loop's thread, to which every entry hops.

  /// Bounds of one socket, given when it is made.
  public struct Limits: Sendable {
    /// The largest message taken from the peer, in bytes; beyond it the socket closes with 1009.
    public var maximumMessageSize = 1 << 20
    /// How long the peer may take to read what is under way before a close frame can go out; then
    /// the socket is cut. The answer to a close frame has 5 s.
    public var closeTimeout: Duration = .seconds(5)
    /// How long the system may take to accept the whole of a message, or ping, because the peer does
    /// not read; then the socket is cut, with ``WebSocket/unreadReason``. A peer that reads slowly has
    /// the same time for each message. nil for ever, which leaves it to unanswered pings.
    ///
    /// A peer that stops reading holds, until then, what its own system takes, 16 KiB here in the
    /// system (`TCP_NOTSENT_LOWAT`, servers only), and one message in the connection.
    public var sendTimeout: Duration? = .seconds(10)
    /// How long a client's connection may take from its beginning to the server's answer. A server
    /// goes by ``ListenerOptions/handshakeTimeout``.
    public var openTimeout: Duration = .seconds(10)

    /// The default bounds.
    public init() {}
  }

  /// What went through a socket, close frames, pings and pongs left out.
  public struct Counters: Sendable, Equatable {
    /// Whole messages received.
    public var messagesIn = 0
    /// Payload bytes of the messages received.
    public var bytesIn = 0
    /// Messages handed to the operating system, or queued behind a full socket.
    public var messagesOut = 0
    /// Payload bytes of the messages sent.
    public var bytesOut = 0
  }

  /// What every message goes by.
  struct Flow: ~Copyable {
    /// Nil before the connection exists and after it is gone.
    var connection: Connection?
    var delegate: (any WebSocketDelegate)?
    var pings: PingSchedule?
    /// Whether the loop, or the connection for it, will give a turn to write.
    var waitsToWrite = false
    var state = State.opening
    var counters = Counters()
    var incoming: IncomingFrames

    init(isServer: Bool, delegate: any WebSocketDelegate) {
      incoming = IncomingFrames(isServer: isServer)
      self.delegate = delegate
    }
  }

  enum State {
    /// Made; the handshake is not done.
    case opening
    case open
    /// We asked for the end; the close frame waits for what the peer has not read yet.
    case closing(CloseCode, reason: String)
    /// Our close frame has gone out; the peer's is to come.
    case closeSent(CloseCode, reason: String)
    /// The socket was given up; only the end follows.
    case failing(reason: String)
    case closed
  }

  /// What every message reads and changes, in front of all else. The loop's thread does so alone: Swift need
  /// not look for overlapping accesses each time.
  @exclusivity(unchecked) private var storedFlow: Flow
  var flow: Flow {
    unsafeAddress { unsafe UnsafePointer(storedAddress(&storedFlow)) }
    unsafeMutableAddress { unsafe storedAddress(&storedFlow) }
  }
  /// The loop the socket belongs to.
  public let loop: EventLoop
  /// The request that opened the socket; on a client's side the one it sent.
  public let request: UpgradeRequest
  /// The subprotocol agreed on, if any.
  public internal(set) var subprotocol: String?
  /// What went through so far.
  public var counters: Counters { flow.counters }
  /// Why a client's connection could not be made; set before the delegate's `socketDidClose`. nil for
  /// sockets that were open, that we gave up ourselves, and on a server's side.
  public internal(set) var failure: ConnectFailure?
  /// How long the last ping took to be answered.
  public internal(set) var roundTrip: Duration?

  /// The reason of a socket that was cut because its peer did not read.
  public static let unreadReason = "the peer does not read"

  /// May be changed while it is open: a message counts by the bounds of its end.
  package var limits: Limits
  /// A client's side of the handshake, while it opens.
  var handshake: ClientHandshake?
  /// Ends what takes too long: opening, closing, the peer's answer to a close frame.
  var deadline: LoopTimer?
  /// Cuts the socket when the peer does not read; made when a message first has to wait for it.
  var sendDeadline: LoopTimer?
  /// The answer to the peer's last ping, where it could not go out at once (RFC 6455, 5.5.3).
  var pong: [UInt8]?

  init(
    loop: EventLoop, request: UpgradeRequest, limits: Limits, delegate: any WebSocketDelegate,
    isServer: Bool = true
  ) {
    self.loop = loop
    self.request = request
    self.limits = limits
    unsafe storedFlow = Flow(isServer: isServer, delegate: delegate)
  }

  /// Whether messages flow: open, and no end under way.
  public var isOpen: Bool {
    if case .open = flow.state { true } else { false }
  }

  /// The peer's address and port, as text.
  public var peerAddress: String { request.peerAddress }

  /// Asks to be asked: the delegate's `socketCanWrite` is called once, as soon as the socket takes a
  /// message. Further requests before that are one and the same. No allocation.
  public func requestWrite() {
    guard loop.isCurrent else { return loop.perform { self.requestWrite() } }
    guard isOpen, !flow.waitsToWrite else { return }
    flow.waitsToWrite = true
    loop.queue(self)
  }

  /// Sends a close frame as soon as the socket takes one and waits for the peer's; messages that
  /// arrive meanwhile are dropped. A socket that closes already is left alone; one that still opens
  /// is cut.
  ///
  /// - Parameters:
  ///   - code: a code that may be sent.
  ///   - reason: UTF-8 of at most 123 bytes; the rest is cut off.
  public func close(_ code: CloseCode, reason: String = "") {
    precondition(code.isSendable, "close code \(code.rawValue) must not be sent")
    guard loop.isCurrent else { return loop.perform { self.close(code, reason: reason) } }
    switch flow.state {
    case .opening:
      abort(reason: reason)
    case .open:
      guard let connection = flow.connection else { return }
      flow.incoming.dropMessage()
      pong = nil
      guard connection.holdsUnsent else {
        sendClose(code, reason: reason)
        return
      }
      flow.state = .closing(code, reason: reason)
      startDeadline(limits.closeTimeout) { [unowned self] in flow.connection?.kill() }
      connection.askToWrite()
    case .closing, .closeSent, .failing, .closed:
      break
    }
  }

  /// Cuts the connection at once, without a close frame: the peer sees a reset. The delegate is told
  /// in the loop's next turn, with `reason`.
  public func abort(reason: String) {
    guard loop.isCurrent else { return loop.perform { self.abort(reason: reason) } }
    switch flow.state {
    case .opening, .open, .closing:
      flow.state = .failing(reason: reason)
      if let connection = flow.connection {
        connection.reset()
      } else {
        // A client's that is still being connected.
        loop.perform { [self] in finish() }
      }
    case .closeSent, .failing, .closed:
      break
    }
  }

  /// Stops or goes on taking what the peer sends; what it sends meanwhile waits in the kernel's
  /// buffers, and then with the peer.
  package func setReading(_ isReading: Bool) {
    guard loop.isCurrent else { return loop.perform { self.setReading(isReading) } }
    flow.connection?.setReading(isReading)
  }

  /// Sends a ping every `interval` and cuts the connection when one was not answered within `timeout`,
  /// which is at most the interval, and the interval itself where nil. A nil interval, the default,
  /// stops it. The first goes out after `first`, or after an interval where nil.
  public func setPingInterval(
    _ interval: Duration?, timeout: Duration? = nil, first: Duration? = nil
  ) {
    guard loop.isCurrent else {
      return loop.perform { self.setPingInterval(interval, timeout: timeout, first: first) }
    }
    flow.pings?.stop()
    flow.pings = nil
    guard let interval, isOpen else { return }
    precondition(interval > .zero, "a ping interval is more than zero")
    flow.pings = PingSchedule(
      socket: self, interval: interval, timeout: min(timeout ?? interval, interval),
      first: first ?? interval)
  }
}
