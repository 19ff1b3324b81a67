import AudioEngine
import CLibWebSockets

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
  /// Names are looked up on the loop's thread, which holds up its other sockets: give addresses
  /// where that matters.
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
    for name in subprotocols where !isToken(name) {
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
    let socket = WebSocket(loop: loop, request: request, limits: limits, delegate: delegate)
    do {
      try loop.sync { [context] in socket.connect(to: target, tls: context) }
    } catch {
      throw .loop(error)
    }
    return socket
  }

  private static func isField(_ name: String, _ value: String) -> Bool {
    isToken(name) && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }

  /// A token of RFC 9110, 5.6.2.
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
      }
  }
}

extension WebSocket {
  /// Begins a client's connection. Failure at once is told in the loop's next turn, like any other.
  func connect(to target: WebSocketURL, tls: TLSContext?) {
    let link = LoopSocket(loop: loop, owner: self)
    self.link = link
    loop.register(link)
    guard !begin(to: target, tls: tls, link) else {
      startOpenDeadline()
      return
    }
    loop.unregister(link)
    loop.perform { [self] in
      fail(.unreachable(reason: "could not connect"))
      finish()
    }
  }

  private func startOpenDeadline() {
    // What failed at once has been told already.
    guard case .opening = state else { return }
    let timer = LoopTimer(loop: loop) { [weak self] in
      guard let self, case .opening = state else { return }
      fail(.timedOut)
      link?.reset()
    }
    timer.arm(at: EventLoop.now + limits.openTimeout)
    openDeadline = timer
  }

  private func begin(to target: WebSocketURL, tls: TLSContext?, _ link: LoopSocket) -> Bool {
    guard let context = loop.running else { return false }
    if let tls {
      guard let host = context.clientHost(for: tls) else { return false }
      link.clientHost = host
    }
    let offered = request.subprotocols.joined(separator: ", ")
    return unsafe target.host.withCString { host in
      unsafe target.authority.withCString { authority in
        unsafe target.target.withCString { path in
          unsafe offered.withCString { offered in
            LoopContext.plainProtocol.withUTF8Buffer { plain in
              var info = unsafe lws_client_connect_info()
              unsafe info.address = host
              unsafe info.port = Int32(target.port)
              unsafe info.host = authority
              unsafe info.path = path
              unsafe info.ssl_connection = Int32(
                LCCSCF_HTTP_NO_FOLLOW_REDIRECT.rawValue
                  | (tls == nil
                    ? 0
                    // The context checks the name, better than libwebsockets would.
                    : LCCSCF_USE_SSL.rawValue | LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK.rawValue))
              unsafe info.alpn = context.alpn
              if unsafe offered.pointee != 0 { unsafe info.protocol = offered }
              unsafe info.local_protocol_name = UnsafeRawPointer(plain.baseAddress)?
                .assumingMemoryBound(to: CChar.self)
              return unsafe context.connect(&info, for: link)
            }
          }
        }
      }
    }
  }

  /// Writes the caller's headers into the handshake.
  func appendHeaders(at place: UnsafeMutableRawPointer?, capacity: Int) -> Int32 {
    guard let wsi = unsafe link?.wsi, let place = unsafe place else { return 0 }
    // libwebsockets hands over where its own pointer stands, to be moved.
    let cursor = unsafe place.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self)
    guard let start = unsafe cursor.pointee else { return 0 }
    let end = unsafe start + capacity
    for (name, value) in request.headers.fields {
      var value = value
      let result = value.withUTF8 { bytes in
        unsafe lws_add_http_header_by_name(
          wsi, name + ":", bytes.baseAddress, Int32(bytes.count), cursor, end)
      }
      if result != 0 { return -1 }
    }
    return 0
  }
}
