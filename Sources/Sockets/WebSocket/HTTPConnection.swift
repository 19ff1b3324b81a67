import AudioEngine
import CLibWebSockets
import Glibc

/// An accepted connection until it becomes a WebSocket, or to its end as plain HTTP.
final class HTTPConnection: LoopSocketOwner, @unchecked Sendable {
  // Unchecked: all state is confined to the loop's thread.
  private let loop: EventLoop
  private let rules: ListenerRules
  private let peerAddress: String
  /// The connection's descriptor, until it is gone or has become a WebSocket's.
  var link: LoopSocket?
  private var deadline: LoopTimer?
  private var request: HTTPRequest?
  private var isTooLarge = false
  /// An answer that was found out later, until it is written.
  private var lateAnswer: HTTPResponse?

  init(loop: EventLoop, rules: ListenerRules, peerAddress: String) {
    self.loop = loop
    self.rules = rules
    self.peerAddress = peerAddress
  }

  /// Gives the connection until the handshake deadline.
  func startDeadline() {
    let timer = LoopTimer(loop: loop) { [weak self] in self?.link?.kill() }
    timer.arm(at: EventLoop.now + rules.handshakeTimeout)
    deadline = timer
  }

  func socketEvent(
    _ reason: lws_callback_reasons, _ input: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> Int32 {
    guard let link else { return -1 }
    switch reason {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
      return upgrade(link)
    case LWS_CALLBACK_HTTP:
      return begin(link)
    case LWS_CALLBACK_HTTP_BODY:
      unsafe append(UnsafeRawBufferPointer(start: input, count: byteCount))
      return 0
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      return answer(link)
    case LWS_CALLBACK_HTTP_WRITEABLE:
      guard let lateAnswer else { return 0 }
      return send(lateAnswer, link, withBody: request?.method != "HEAD")
    default:
      return 0
    }
  }

  func socketDestroyed() {
    deadline?.cancel()
    deadline = nil
    link = nil
  }

  // The pointer that comes with this event may be stale in this version of libwebsockets (an
  // upgrade to something unknown has been answered already, its headers freed): read the table.
  private func upgrade(_ link: LoopSocket) -> Int32 {
    guard let upgrade = link.header(WSI_TOKEN_UPGRADE) else { return -1 }
    guard upgrade.lowercased() == "websocket", let path = link.header(WSI_TOKEN_GET_URI) else {
      return send(HTTPResponse(status: 426, body: "This is a WebSocket server.\n"), link)
    }
    guard link.header(WSI_TOKEN_VERSION) == "13" else {
      let headers: HTTPHeaders = ["Sec-WebSocket-Version": "13"]
      return send(
        HTTPResponse(status: 426, headers: headers, body: "WebSocket version 13 only.\n"), link)
    }
    guard link.header(WSI_TOKEN_KEY) != nil, link.header(WSI_TOKEN_HOST) != nil else {
      return send(HTTPResponse(status: 400, body: "Incomplete WebSocket handshake.\n"), link)
    }
    let offered = (link.header(WSI_TOKEN_PROTOCOL) ?? "").split(separator: ",").map {
      String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    // libwebsockets has 128 bytes for the list and 64 for a name, and hangs up on more.
    guard offered.allSatisfy({ $0.utf8.count < 64 }),
      offered.joined(separator: ", ").utf8.count < 120
    else { return send(HTTPResponse(status: 400, body: "Too many subprotocols.\n"), link) }
    let request = UpgradeRequest(
      path: path, query: link.query, headers: link.headers(andNamed: rules.headerNames),
      peerAddress: peerAddress, subprotocols: offered)
    switch rules.onUpgrade(request) {
    case .refuse(let status, let body):
      // RFC 9110: a 401 says what would do (11.6.1), a 503 when to come again (10.2.3).
      let headers: HTTPHeaders =
        switch status {
        case 401: ["WWW-Authenticate": "Basic"]
        case 503: ["Retry-After": "1"]
        default: [:]
        }
      return send(HTTPResponse(status: status, headers: headers, body: body), link)
    case .accept(let delegate):
      let socket = WebSocket(
        loop: loop, request: request, limits: rules.limits, delegate: delegate)
      socket.subprotocol = rules.subprotocol(among: offered)
      socket.link = link
      loop.running?.offer(subprotocol: socket.subprotocol)
      deadline?.cancel()
      deadline = nil
      link.owner = socket
      return 0
    }
  }

  private func begin(_ link: LoopSocket) -> Int32 {
    guard let (method, path) = link.methodAndPath else { return -1 }
    guard link.header(WSI_TOKEN_HTTP_TRANSFER_ENCODING) == nil else {
      return send(HTTPResponse(status: 411, body: "Send a Content-Length.\n"), link)
    }
    request = HTTPRequest(
      method: method, path: path, query: link.query,
      headers: link.headers(andNamed: rules.headerNames), body: [], peerAddress: peerAddress)
    let length = link.header(WSI_TOKEN_HTTP_CONTENT_LENGTH).map { Int($0) ?? -1 }
    switch length {
    case .some(let count) where count < 0:
      return send(HTTPResponse(status: 400, body: "Bad Content-Length.\n"), link)
    case .some(let count) where count > HTTPRequest.maximumBodySize:
      return send(HTTPResponse(status: 413, body: "Body over 64 KiB.\n"), link)
    case .some(let count) where count > 0:
      return 0
    case .some where method == "POST":
      // libwebsockets tells of the end of the empty body.
      return 0
    case .none where method == "POST" || method == "PUT" || method == "PATCH":
      return send(HTTPResponse(status: 411, body: "Send a Content-Length.\n"), link)
    default:
      return answer(link)
    }
  }

  private func append(_ piece: UnsafeRawBufferPointer) {
    guard var request else { return }
    self.request = nil
    if request.body.count + piece.count > HTTPRequest.maximumBodySize {
      isTooLarge = true
    } else {
      unsafe request.body.append(contentsOf: piece)
    }
    self.request = request
  }

  private func answer(_ link: LoopSocket) -> Int32 {
    guard let request else { return -1 }
    if isTooLarge { return send(HTTPResponse(status: 413, body: "Body over 64 KiB.\n"), link) }
    let response =
      rules.onHTTP?(request) ?? HTTPResponse(status: 404, body: "This is a WebSocket server.\n")
    if let later = response.later {
      later { [weak self, loop] answer in
        loop.perform { [weak self] in self?.found(answer) }
      }
      return 0
    }
    return send(response, link, withBody: request.method != "HEAD")
  }

  /// The answer is there, and perhaps the peer still is.
  private func found(_ answer: HTTPResponse) {
    guard lateAnswer == nil, let wsi = unsafe link?.wsi else { return }
    lateAnswer = answer
    unsafe lws_callback_on_writable(wsi)
  }

  /// Sends the answer and has the connection closed once it is out.
  private func send(_ response: HTTPResponse, _ link: LoopSocket, withBody: Bool = true) -> Int32 {
    guard let wsi = unsafe link.wsi else { return -1 }
    var bytes = response.serialized(withBody: withBody)
    unsafe bytes.withUnsafeMutableBufferPointer {
      _ = unsafe lws_write(wsi, $0.baseAddress, $0.count, LWS_WRITE_HTTP)
    }
    return -1
  }
}

extension LoopSocket {
  /// The request's method and path.
  var methodAndPath: (method: String, path: String)? {
    let methods = [
      (WSI_TOKEN_GET_URI, "GET"), (WSI_TOKEN_POST_URI, "POST"), (WSI_TOKEN_HEAD_URI, "HEAD"),
      (WSI_TOKEN_PUT_URI, "PUT"), (WSI_TOKEN_DELETE_URI, "DELETE"),
      (WSI_TOKEN_PATCH_URI, "PATCH"), (WSI_TOKEN_OPTIONS_URI, "OPTIONS"),
    ]
    for (token, method) in methods {
      if let path = header(token) { return (method, path) }
    }
    return nil
  }
}
