/// A WebSocket for tasks: what a bot opens to a speech model, from wherever it runs.
///
/// ```swift
/// let model = try await WebSocketClient.connect("wss://example.com/v1", headers: ["Authorization": key])
/// try await model.send("hello")
/// for try await message in model.messages { ... }
/// await model.close()
/// ```
///
/// Everything may be called from any task. Both directions are bounded: ``send(_:)-(String)`` waits while
/// more than ``Limits/outgoingBytes`` have not been taken by the server, and a server that says more than
/// is read is not read from until it is. Dropping the last reference closes the connection with 1001.
public final class WebSocketClient: Sendable {
  /// A whole message.
  public enum Message: Sendable, Hashable {
    /// Text, valid UTF-8.
    case text(String)
    /// Bytes.
    case binary([UInt8])
  }

  /// Bounds of one client.
  public struct Limits: Sendable {
    /// Of the socket below: sizes and deadlines.
    public var socket = WebSocket.Limits()
    /// Bytes that may wait to be sent before ``WebSocketClient/send(_:)-(String)`` waits as well; one
    /// message always may.
    public var outgoingBytes = 262_144
    /// Bytes that may wait to be read before the server is not read from; one message always may.
    /// Each message counts 64 bytes more than it has.
    public var incomingBytes = 1 << 20
    /// A ping goes out this often, and must be answered before the next is due; nil for none.
    public var pingInterval: Duration? = .seconds(20)

    /// The default bounds.
    public init() {}
  }

  private let core: ClientCore

  private init(_ core: ClientCore) { self.core = core }

  deinit { core.drop() }

  /// Connects, and waits until the server has agreed.
  ///
  /// - Parameters:
  ///   - url: `ws://host:port/path?query`, or `wss:` for TLS.
  ///   - headers: sent with the handshake, such as `Authorization`.
  ///   - subprotocols: offered in this order.
  ///   - limits: bounds of queues and times.
  ///   - tls: whom to trust and what to show where the URL is `wss`; nil for the system's authorities.
  ///   - loop: serves the socket; nil for one that all such clients of the process share.
  /// - Returns: the open connection.
  /// - Throws: ``WebSocketClientError``; ``WebSocketClientError/cancelled`` when the task is cancelled.
  public static func connect(
    _ url: String, headers: HTTPHeaders = HTTPHeaders(), subprotocols: [String] = [],
    limits: Limits = Limits(), tls: TLSClientConfiguration? = nil, on loop: EventLoop? = nil
  ) async throws(WebSocketClientError) -> WebSocketClient {
    let chosen: EventLoop
    if let loop { chosen = loop } else { chosen = try shared.get() }
    let core = ClientCore(limits)
    do {
      core.socket = try WebSocketConnector.connect(
        loop: chosen, url: url, headers: headers, subprotocols: subprotocols,
        limits: limits.socket, tls: tls, delegate: core)
    } catch {
      throw .connect(error)
    }
    try await core.opened()
    return WebSocketClient(core)
  }

  /// The loop of clients that were given none: it runs as long as the process.
  private static let shared: Result<EventLoop, WebSocketClientError> = {
    do throws(EventLoopError) {
      let loop = try EventLoop(name: "clients")
      loop.start()
      return .success(loop)
    } catch {
      return .failure(.connect(.loop(error)))
    }
  }()

  /// The subprotocol agreed on, if any.
  public var subprotocol: String? { core.agreed }

  /// Sends a text message; waits while too much waits already. Messages of one task keep their order.
  ///
  /// - Throws: ``WebSocketClientError``.
  public func send(_ text: String) async throws(WebSocketClientError) {
    try await core.send(.text(text))
  }

  /// Sends a binary message; the rest as for text.
  public func send(_ bytes: [UInt8]) async throws(WebSocketClientError) {
    try await core.send(.binary(bytes))
  }

  /// The messages as they come, to the end of the connection. Each is given once, whoever asks.
  ///
  /// Ends when either side has closed with 1000, 1001 or no code, and when the task is cancelled; any other
  /// end is thrown.
  public var messages: Messages { Messages(core: core) }

  /// Sends what waits, then a close frame, and waits for the end, which ``WebSocket/Limits`` bound. When the
  /// task is cancelled the connection is cut instead. May be called again.
  ///
  /// - Parameters:
  ///   - code: a code that may be sent; another is sent as 1000.
  ///   - reason: UTF-8 of at most 123 bytes; the rest is cut off.
  public func close(_ code: CloseCode = .normal, reason: String = "") async {
    await core.close(code.isSendable ? code : .normal, reason: reason)
  }

  /// The messages of a client.
  public struct Messages: AsyncSequence, Sendable {
    fileprivate let core: ClientCore

    /// Takes messages off the client's queue.
    public struct Iterator: AsyncIteratorProtocol {
      fileprivate let core: ClientCore

      /// Waits for the next message; nil at the end.
      public mutating func next() async throws(WebSocketClientError) -> Message? {
        try await core.next()
      }

      /// The same.
      public mutating func next(
        isolation actor: isolated (any Actor)?
      ) async throws(WebSocketClientError) -> Message? {
        try await core.next()
      }
    }

    /// Begins to take messages.
    public func makeAsyncIterator() -> Iterator { Iterator(core: core) }
  }
}

/// Why a client cannot go on.
public enum WebSocketClientError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The connection could not even be begun.
  case connect(ConnectError)
  /// The connection did not become a WebSocket.
  case failed(ConnectFailure)
  /// The connection is over: the close frame's code, nil where there was none, and reason, which is the
  /// peer's where the code is: trust nothing.
  case closed(code: UInt16?, reason: String)
  /// The task was cancelled.
  case cancelled

  /// One line for people.
  public var description: String {
    switch self {
    case .connect(let error): error.description
    case .failed(let failure): failure.description
    case .closed(let code, let reason): "closed with \(code ?? 1006): \(reason)"
    case .cancelled: "cancelled"
    }
  }
}
