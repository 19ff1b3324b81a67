import AudioEngine

/// Why a connection could not even be begun. What fails later is told to the delegate.
public enum ConnectError: Error, Equatable, CustomStringConvertible {
  /// The URL cannot be used.
  case badURL(WebSocketURL.Problem)
  /// A header's name or value has characters that HTTP forbids there.
  case badHeader(name: String)
  /// The files of the TLS configuration cannot be used.
  case tls(TLSFileError)
  /// The event loop is not running.
  case loop(EventLoopError)

  /// One line for people.
  public var description: String {
    switch self {
    case .badURL(let problem): problem.description
    case .badHeader(let name): "header \(name) has characters that HTTP forbids"
    case .tls(let error): error.description
    case .loop(let error): "cannot connect: \(error)"
    }
  }
}

/// Opens WebSockets from the client's side.
public enum WebSocketConnector {
  /// Begins to connect. Any thread; `loop` must have been started.
  ///
  /// Names are looked up on a thread that may block.
  ///
  /// - Parameters:
  ///   - loop: serves the socket; the delegate is called on its thread.
  ///   - url: `ws://host:port/path?query`, or `wss:` for TLS.
  ///   - headers: sent with the handshake.
  ///   - subprotocols: offered in this order.
  ///   - limits: bounds of the socket.
  ///   - tls: whom to trust and what to show where the URL is `wss`; nil for the system's authorities
  ///     and no certificate. Its files are read on the caller's thread. Not used for `ws`.
  ///   - delegate: hears of the opening, or of the failure through `socketDidClose`; then
  ///     ``WebSocket/failure`` says what kind it was.
  /// - Returns: the socket, which is for the loop's thread alone.
  /// - Throws: ``ConnectError``.
  @discardableResult
  public static func connect(
    loop: EventLoop, url: String, headers: HTTPHeaders = HTTPHeaders(),
    subprotocols: [String] = [], limits: WebSocket.Limits = WebSocket.Limits(),
    tls: TLSClientConfiguration? = nil, delegate: any WebSocketDelegate & Sendable
  ) throws(ConnectError) -> WebSocket {
    let target: WebSocketURL
    do { target = try WebSocketURL(url) } catch { throw .badURL(error) }
    for (name, value) in headers.fields where !isField(name, value) {
      throw .badHeader(name: name)
    }
    for name in subprotocols where !HTTPToken.isToken(name) {
      throw .badHeader(name: "sec-websocket-protocol")
    }
    var context: TLSContext?
    if target.isSecure {
      do {
        context = try TLSClientContexts.context(
          tls ?? TLSClientConfiguration(), host: target.host)
      } catch {
        throw .tls(error)
      }
    }
    let request = UpgradeRequest(
      path: target.target, headers: headers, peerAddress: "\(target.host):\(target.port)",
      subprotocols: subprotocols)
    let socket = WebSocket(
      loop: loop, request: request, limits: limits, delegate: delegate, isServer: false)
    guard loop.isRunning else { throw .loop(.notRunning) }
    loop.run { [context] in socket.connect(to: target, tls: context) }
    return socket
  }

  private static func isField(_ name: String, _ value: String) -> Bool {
    HTTPToken.isToken(name) && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }
}

extension WebSocket {
  /// Begins a client's connection. Failure, at once as well, is told in a later turn of the loop.
  func connect(to target: WebSocketURL, tls: TLSContext?) {
    handshake = ClientHandshake(
      target, headers: request.headers, subprotocols: request.subprotocols)
    let dialer = Dialer(
      loop: loop, host: target.host, port: target.port, timeout: limits.openTimeout
    ) { [self] result in
      guard case .opening = flow.state else {
        if case .success(let descriptor) = result { closeWithReset(descriptor) }
        return
      }
      switch result {
      case .success(let descriptor): begin(descriptor, tls)
      case .failure(let failure):
        if !loop.isEnding { fail(failure) }
        finish()
      }
    }
    dialer.start()
    startDeadline(limits.openTimeout) { [self] in
      guard case .opening = flow.state else { return }
      fail(.timedOut)
      dialer.cancel()
      if let connection = flow.connection {
        connection.reset()
      } else {
        finish()
      }
    }
  }

  private func begin(_ descriptor: Int32, _ tls: TLSContext?) {
    let filter = tls.flatMap { TLSFilter($0, isServer: false) }
    let connection = Connection(loop: loop, tls: filter)
    guard tls == nil || filter != nil, connection.open(descriptor) else {
      fail(.unreachable(reason: "no memory or no descriptor is free"))
      finish()
      return
    }
    connected(connection, hasTLS: filter != nil)
  }
}

/// Why a client's connection, once begun, did not become a WebSocket.
public enum ConnectFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The server answered the request with something other than an upgrade; `message` is its reason
  /// phrase, or what was wrong with its upgrade. From the peer: trust nothing.
  case refused(status: Int, message: String)
  /// Either side refused the other's TLS: a certificate, a version, no TLS at all.
  case tls(reason: String)
  /// The host has no address, nobody listens there, or the connection broke.
  case unreachable(reason: String)
  /// The handshake took longer than ``WebSocket/Limits/openTimeout``.
  case timedOut

  /// One line for people.
  public var description: String {
    switch self {
    case .refused(101, let message): "the server's upgrade is faulty: \(message)"
    case .refused(let status, _): "the server answered HTTP \(status)"
    case .tls(let reason): "TLS: \(reason)"
    case .unreachable(let reason): reason
    case .timedOut: "the server did not answer in time"
    }
  }
}
