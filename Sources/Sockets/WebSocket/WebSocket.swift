import AudioEngine
import CLibWebSockets
import Glibc

/// One WebSocket, of a server or a client (RFC 6455, without compression).
///
/// It belongs to its loop: everything here is for the loop's thread alone, and checked. Outgoing
/// messages are pulled: ``requestWrite()``, then the delegate is asked for one when the peer can
/// take it, so that nothing waits in a queue that could still be taken back.
///
/// The socket keeps its delegate until it has closed.
///
/// In three things libwebsockets 4.1 is not as strict as RFC 6455, and cannot be made so from outside: a
/// client's frames without a mask are taken, of pings in a row the first is answered instead of the
/// last, and control frames over 125 bytes end the connection without a close frame.
@safe
public final class WebSocket: @unchecked Sendable {
  // Unchecked: all state is confined to the loop's thread, and every entry checks that.

  /// Bounds of one socket, given when it is made.
  public struct Limits: Sendable {
    /// The largest message taken from the peer, in bytes; beyond it the socket closes with 1009.
    public var maximumMessageSize = 1 << 20
    /// How long the peer may take to read what is under way before a close frame can go out; then
    /// the socket is cut. Whole seconds, at least 1. The answer to a close frame has 5 s.
    public var closeTimeout: Duration = .seconds(5)
    /// How long the system may take to accept the whole of a message, or ping, because the peer does
    /// not read; then the socket is cut, with ``WebSocket/unreadReason``. A peer that reads slowly has
    /// the same time for each message. nil for ever, which leaves it to unanswered pings.
    ///
    /// A peer that stops reading holds, until then, what its own system takes, 16 KiB here in the
    /// system (`TCP_NOTSENT_LOWAT`, servers only), and one message in libwebsockets.
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

  enum State {
    /// Made; the handshake is not done.
    case opening
    case open
    /// We asked for the end; the close frame waits until the socket can be written.
    case closing(CloseCode, reason: String)
    /// A close frame went out or came in; only the end follows.
    case ending(UInt16, reason: String)
    /// The socket was given up; only the end follows.
    case failing(reason: String)
    case closed
  }

  /// The loop the socket belongs to.
  public let loop: EventLoop
  /// The request that opened the socket; on a client's side the one it sent.
  public let request: UpgradeRequest
  /// The subprotocol agreed on, if any.
  public internal(set) var subprotocol: String?
  /// What went through so far.
  public internal(set) var counters = Counters()
  /// Why a client's connection could not be made; set before the delegate's `socketDidClose`. nil for
  /// sockets that were open, that we gave up ourselves, and on a server's side.
  public internal(set) var failure: ConnectFailure?
  /// How long the last ping took to be answered.
  public internal(set) var roundTrip: Duration?

  /// The reason of a socket that was cut because its peer did not read.
  public static let unreadReason = "the peer does not read"

  /// May be changed while it is open: a message counts by the bounds of its end.
  package var limits: Limits
  var delegate: (any WebSocketDelegate)?
  var state = State.opening
  /// libwebsockets' side, nil before the connection exists and after it is gone.
  var link: LoopSocket?
  /// The pieces of a message that did not arrive in one read; kept for the next one if it is small.
  var pieces: MessageBuffer?
  /// Whether `pieces` holds the beginning of a message.
  var isAssembling = false
  var pings: PingSchedule?
  /// A client's deadline while it opens.
  var openDeadline: LoopTimer?
  /// Cuts the socket when the peer does not read; made when a message first has to wait for it.
  var sendDeadline: LoopTimer?
  /// Whether the loop, or libwebsockets for it, will give a turn to write.
  var waitsToWrite = false

  init(
    loop: EventLoop, request: UpgradeRequest, limits: Limits, delegate: any WebSocketDelegate
  ) {
    self.loop = loop
    self.request = request
    self.limits = limits
    self.delegate = delegate
  }

  /// Whether messages flow: open, and no end under way.
  public var isOpen: Bool {
    if case .open = state { true } else { false }
  }

  /// The peer's address and port, as text.
  public var peerAddress: String { request.peerAddress }

  /// Asks to be asked: the delegate's `socketCanWrite` is called once, as soon as the socket takes a
  /// message. Further requests before that are one and the same. No allocation.
  public func requestWrite() {
    loop.checkIsolated()
    guard isOpen, !waitsToWrite else { return }
    waitsToWrite = true
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
    loop.checkIsolated()
    switch state {
    case .opening:
      abort(reason: reason)
    case .open:
      guard let wsi = unsafe link?.wsi else { return }
      state = .closing(code, reason: reason)
      pieces = nil
      let seconds = Int32(clamping: max(limits.closeTimeout.components.seconds, 1))
      unsafe lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, seconds)
      unsafe lws_callback_on_writable(wsi)
    case .closing, .ending, .failing, .closed:
      break
    }
  }

  /// Cuts the connection at once, without a close frame: the peer sees a reset. The delegate is told
  /// in the loop's next turn, with `reason`.
  public func abort(reason: String) {
    loop.checkIsolated()
    switch state {
    case .opening, .open, .closing:
      guard let link else { return }
      state = .failing(reason: reason)
      link.reset()
    case .ending, .failing, .closed:
      break
    }
  }

  /// Stops or goes on taking what the peer sends; what it sends meanwhile waits in the kernel's
  /// buffers, and then with the peer.
  package func setReading(_ isReading: Bool) {
    loop.checkIsolated()
    guard let wsi = unsafe link?.wsi else { return }
    unsafe lws_rx_flow_control(wsi, isReading ? 1 : 0)
  }

  /// Sends a ping every `interval` and cuts the connection when one was not answered within `timeout`,
  /// which is at most the interval, and the interval itself where nil. A nil interval, the default,
  /// stops it.
  public func setPingInterval(_ interval: Duration?, timeout: Duration? = nil) {
    loop.checkIsolated()
    pings?.stop()
    pings = nil
    guard let interval, isOpen else { return }
    precondition(interval > .zero, "a ping interval is more than zero")
    pings = PingSchedule(
      socket: self, interval: interval, timeout: min(timeout ?? interval, interval))
  }
}
