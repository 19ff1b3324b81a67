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

/// How many connections a listener holds that are no WebSockets yet, and what they may cost.
///
/// A stranger's connection costs a descriptor until its request is complete, and in TLS a signature, for a
/// few hundred bytes. Where there are too many, the oldest is cut, so that those who hold connections and
/// say nothing keep nobody out; handshakes beyond the rate wait their turn.
public struct ConnectionLimits: Hashable, Sendable {
  /// Connections of one listener that are in TLS's handshake, in their request or in its answer.
  public var pending: Int
  /// The same for each address that connects (for each /64 of IPv6); behind a proxy that is the proxy's.
  public var pendingOfAddress: Int
  /// TLS handshakes that begin in a second; the others wait.
  public var handshakesPerSecond: Int
  /// The same for each address.
  public var handshakesPerSecondOfAddress: Int

  /// Makes limits, each at least 1.
  ///
  /// By default a listener holds a quarter of the descriptors that the process may have, at most 512, and
  /// an address half of that.
  public init(
    pending: Int? = nil, pendingOfAddress: Int? = nil, handshakesPerSecond: Int = 100,
    handshakesPerSecondOfAddress: Int = 50
  ) {
    self.pending = pending ?? min(512, max(descriptorLimit() / 4, 8))
    self.pendingOfAddress = pendingOfAddress ?? max(self.pending / 2, 4)
    self.handshakesPerSecond = handshakesPerSecond
    self.handshakesPerSecondOfAddress = handshakesPerSecondOfAddress
    for limit in [self.pending, self.pendingOfAddress] {
      precondition(limit >= 1, "a listener holds at least one connection")
    }
    for rate in [handshakesPerSecond, handshakesPerSecondOfAddress] {
      precondition(1...1_000_000 ~= rate, "handshakes are 1 to 1,000,000 a second")
    }
  }

  /// The share of each of so many listeners on one port.
  package func shared(among count: Int) -> ConnectionLimits {
    func share(_ limit: Int) -> Int { max((limit + count - 1) / count, 1) }
    return ConnectionLimits(
      pending: share(pending), pendingOfAddress: share(pendingOfAddress),
      handshakesPerSecond: share(handshakesPerSecond),
      handshakesPerSecondOfAddress: share(handshakesPerSecondOfAddress))
  }
}

/// How many descriptors the process may have.
private func descriptorLimit() -> Int {
  var limit = rlimit()
  guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
    return 1_024
  }
  return Int(clamping: limit.rlim_cur)
}

/// How a listener treats its connections.
public struct ListenerOptions: Sendable {
  /// Bounds of each accepted socket.
  public var limits = WebSocket.Limits()
  /// How long a connection may take from its acceptance to the end of its request, however slowly
  /// it sends; then it is cut.
  public var handshakeTimeout: Duration = .seconds(10)
  /// How many connections may be on their way to a WebSocket, and how fast TLS is begun.
  public var connections = ConnectionLimits()
  /// Subprotocols taken ahead of the others when a client offers several.
  public var preferredSubprotocols: [String] = []
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
  // Unchecked: made before the loop sees it, and used on the loop's thread only.
  let limits: WebSocket.Limits
  let handshakeTimeout: Duration
  let patience: (@Sendable (String) -> Duration?)?
  let onUpgrade: (UpgradeRequest) -> UpgradeDecision
  let onHTTP: ((HTTPRequest) -> HTTPResponse?)?
  let onFault: ((RequestFault) -> Void)?
  /// Told of connections that are no longer pending.
  var hasBecomeWebSocket: (Connection) -> Void = { _ in }
  private let preferredSubprotocols: [String]

  init(
    _ options: ListenerOptions, onUpgrade: @escaping (UpgradeRequest) -> UpgradeDecision,
    onHTTP: ((HTTPRequest) -> HTTPResponse?)?, onFault: ((RequestFault) -> Void)?
  ) {
    limits = options.limits
    handshakeTimeout = options.handshakeTimeout
    patience = options.patience
    preferredSubprotocols = options.preferredSubprotocols
    self.onUpgrade = onUpgrade
    self.onHTTP = onHTTP
    self.onFault = onFault
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
  ///   - onFault: is told of each request that was refused because it could not be read, or was no proper
  ///     handshake.
  ///   - onUpgrade: judges each request to become a WebSocket.
  /// - Throws: ``ListenError``.
  public convenience init(
    loop: EventLoop, host: String, port: Int, options: ListenerOptions = ListenerOptions(),
    onHTTP: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
    onFault: (@Sendable (RequestFault) -> Void)? = nil,
    onUpgrade: @escaping @Sendable (UpgradeRequest) -> UpgradeDecision
  ) throws(ListenError) {
    let socket = try ListeningSocket(host: host, port: port)
    try self.init(
      loop: loop, socket: socket, options: options, onHTTP: onHTTP, onFault: onFault,
      onUpgrade: onUpgrade)
  }

  /// Takes connections from a socket that listens already, maybe beside other loops; the rest as in
  /// ``init(loop:host:port:options:onHTTP:onFault:onUpgrade:)``.
  public init(
    loop: EventLoop, socket: ListeningSocket, options: ListenerOptions = ListenerOptions(),
    onHTTP: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil,
    onFault: (@Sendable (RequestFault) -> Void)? = nil,
    onUpgrade: @escaping @Sendable (UpgradeRequest) -> UpgradeDecision
  ) throws(ListenError) {
    let rules = ListenerRules(
      options, onUpgrade: onUpgrade, onHTTP: onHTTP, onFault: onFault)
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
