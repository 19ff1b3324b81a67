import CLibWebSockets
import Glibc

/// Why a listener could not be opened.
public enum ListenError: Error, Equatable, CustomStringConvertible {
  /// Someone listens on that port already.
  case portInUse(host: String, port: Int)
  /// The port may not be used, as those below 1024 without privilege.
  case notPermitted(host: String, port: Int)
  /// `host` is neither an address of this machine nor a name of one, or `port` not 0 to 65535.
  case badAddress(host: String, port: Int)
  /// The system refused for another reason.
  case system(host: String, port: Int, code: Int32)
  /// The files of the TLS configuration cannot be used.
  case tls(TLSFileError)
  /// The event loop is not running or has no room.
  case loop(EventLoopError)
  /// A descriptor that was to be taken over is no TCP socket that listens.
  case notListening(descriptor: Int32)

  /// One line for people: what, and what to do.
  public var description: String {
    switch self {
    case .portInUse(let host, let port):
      "port \(port) on \(host) is in use: stop what listens there, or choose another port"
    case .notPermitted(let host, let port):
      "port \(port) on \(host) needs privileges: choose one above 1023"
    case .badAddress(let host, let port):
      "\(host) port \(port) is not an address of this machine: try 127.0.0.1 or 0.0.0.0"
    case .system(let host, let port, let code):
      "cannot listen on \(host) port \(port): \(systemMessage(code))"
    case .tls(let error):
      error.description
    case .loop(let error):
      "cannot listen: \(error)"
    case .notListening(let descriptor):
      "descriptor \(descriptor) is no TCP socket that listens: see ListenStream= of the socket unit"
    }
  }
}

/// How a listener treats its connections.
public struct ListenerOptions: Sendable {
  /// Bounds of each accepted socket.
  public var limits = WebSocket.Limits()
  /// How long a connection may take from its acceptance to the end of its request, however slowly
  /// it sends; then it is cut.
  public var handshakeTimeout: Duration = .seconds(10)
  /// Names of headers to look for beyond those that libwebsockets always keeps.
  public var headerNames = [
    "forwarded", "x-forwarded-host", "x-forwarded-proto", "x-plivo-signature-v3",
    "x-plivo-signature-ma-v3", "x-plivo-signature-v3-nonce", "x-twilio-signature",
  ]
  /// Subprotocols taken ahead of the others when a client offers several.
  public var preferredSubprotocols = ["audio.plivo.com"]
  /// How long what comes from an address and port waits before it is read, nil for not at all: for
  /// those who have guessed too often. At most 256 connections wait, and more are closed. Called on the
  /// loop's thread.
  public var patience: (@Sendable (_ peerAddress: String) -> Duration?)?
  /// The certificate to show; with it the port takes nothing but TLS. nil takes nothing but plain
  /// connections.
  public var tls: TLSServerConfiguration?

  /// The default treatment.
  public init() {}
}

/// What the connections of one listener are judged by; on the loop's thread.
final class ListenerRules: @unchecked Sendable {
  // Unchecked: made before the loop sees it, and read on the loop's thread only.
  let limits: WebSocket.Limits
  let handshakeTimeout: Duration
  let headerNames: [String]
  let patience: (@Sendable (String) -> Duration?)?
  let onUpgrade: (UpgradeRequest) -> UpgradeDecision
  let onHTTP: ((HTTPRequest) -> HTTPResponse?)?
  private let preferredSubprotocols: [String]

  init(
    _ options: ListenerOptions, onUpgrade: @escaping (UpgradeRequest) -> UpgradeDecision,
    onHTTP: ((HTTPRequest) -> HTTPResponse?)?
  ) {
    limits = options.limits
    handshakeTimeout = options.handshakeTimeout
    headerNames = options.headerNames.map { $0.lowercased() }
    patience = options.patience
    preferredSubprotocols = options.preferredSubprotocols
    self.onUpgrade = onUpgrade
    self.onHTTP = onHTTP
  }

  /// A preferred subprotocol where the client offers one, else its first.
  func subprotocol(among offered: [String]) -> String? {
    preferredSubprotocols.first { offered.contains($0) } ?? offered.first
  }
}

/// Accepts WebSockets and plain HTTP requests on one port, for one loop.
///
/// Stays open until ``close()`` or until its loop stops, whether or not it is kept.
public final class WebSocketListener: Sendable {
  /// The port it listens on: the real one where 0 was asked for.
  public let port: Int
  private let loop: EventLoop
  private let descriptor: ListeningDescriptor

  /// Listens on a socket of its own. Any thread; `loop` must have been started.
  ///
  /// - Parameters:
  ///   - loop: serves every connection; all callbacks come on its thread.
  ///   - host: an address of this machine, or a name of one; `0.0.0.0` or `::` for all.
  ///   - port: 0 for any that is free.
  ///   - options: how connections are treated.
  ///   - onHTTP: answers requests that are not upgrades; nil, or no hook, gives 404.
  ///   - onUpgrade: judges each request to become a WebSocket.
  /// - Throws: ``ListenError``.
  public convenience init(
    loop: EventLoop, host: String, port: Int, options: ListenerOptions = ListenerOptions(),
    onHTTP: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
    onUpgrade: @escaping @Sendable (UpgradeRequest) -> UpgradeDecision
  ) throws(ListenError) {
    let socket = try ListeningSocket(host: host, port: port)
    try self.init(
      loop: loop, socket: socket, options: options, onHTTP: onHTTP, onUpgrade: onUpgrade)
  }

  /// Takes connections from a socket that listens already, maybe beside other loops; the rest as in
  /// ``init(loop:host:port:options:onHTTP:onUpgrade:)``.
  public init(
    loop: EventLoop, socket: ListeningSocket, options: ListenerOptions = ListenerOptions(),
    onHTTP: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
    onUpgrade: @escaping @Sendable (UpgradeRequest) -> UpgradeDecision
  ) throws(ListenError) {
    let rules = ListenerRules(options, onUpgrade: onUpgrade, onHTTP: onHTTP)
    let descriptor = try ListeningDescriptor(
      loop: loop, socket: socket, options: options, rules: rules)
    let isServed: Bool
    do {
      isServed = try loop.sync { descriptor.open() }
    } catch {
      throw .loop(error)
    }
    guard isServed else { throw .loop(.notRunning) }
    self.loop = loop
    port = socket.port
    self.descriptor = descriptor
  }

  /// Accepts no more connections; those there are go on, and so do other owners of its socket. Any
  /// thread; may be called again.
  public func close() {
    // Not running: the loop has closed it.
    _ = try? loop.sync { [descriptor] in descriptor.close() }
  }
}
