import CLibWebSockets

extension RequestHead {
  /// Whether the request wants to become a WebSocket, well or badly said: a proxy that is not told
  /// about WebSockets drops `Upgrade` and `Connection` and passes the rest on.
  var asksForWebSocket: Bool {
    HTTPToken.list(headers["upgrade"], has: "websocket") || headers["sec-websocket-key"] != nil
  }
}

/// The server's side of an opening handshake (RFC 6455, 4.2).
struct ServerHandshake {
  /// The subprotocols the client offers, in its order.
  let offered: [String]
  private let key: String

  /// Judges a request.
  init(_ head: RequestHead) throws(HTTPFault) {
    let headers = head.headers
    guard head.method == "GET", head.minorVersion == 1,
      head.body == .none || head.body == .length(0)
    else { throw HTTPFault("a WebSocket begins with a GET in HTTP/1.1, without a body") }
    guard HTTPToken.list(headers["upgrade"], has: "websocket") else {
      throw HTTPFault(426, "The header Upgrade: websocket is missing. Does a proxy drop it?")
    }
    guard HTTPToken.list(headers["connection"], has: "upgrade") else {
      throw HTTPFault(426, "The header Connection: Upgrade is missing. Does a proxy drop it?")
    }
    guard headers["sec-websocket-version"] == "13" else {
      throw HTTPFault(426, "WebSocket version 13 only")
    }
    guard let key = headers["sec-websocket-key"] else {
      throw HTTPFault("the header Sec-WebSocket-Key is missing")
    }
    // Base64 of 16 bytes.
    guard key.utf8.count == 24, key.hasSuffix("=="),
      key.utf8.dropLast(2).allSatisfy(Self.isBase64)
    else { throw HTTPFault("Sec-WebSocket-Key is not 16 bytes in base64") }
    self.key = key
    offered = HTTPToken.list(headers["sec-websocket-protocol"])
    guard offered.count <= 32, offered.allSatisfy(HTTPToken.isToken) else {
      throw HTTPFault("Sec-WebSocket-Protocol is no list of subprotocols")
    }
  }

  /// The answer that makes the connection a WebSocket.
  func answer(_ subprotocol: String?) -> [UInt8] {
    var text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    text += "Sec-WebSocket-Accept: \(webSocketAccept(for: key))\r\n"
    if let subprotocol { text += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private static func isBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
    }
  }
}

/// The client's side of an opening handshake (RFC 6455, 4.1).
struct ClientHandshake {
  /// What is sent.
  let request: [UInt8]
  private let key: String
  private let offered: [String]
  private var reader = HTTPHeadReader()

  /// Makes the request.
  init(_ target: WebSocketURL, headers: HTTPHeaders, subprotocols: [String]) {
    var generator = SystemRandomNumberGenerator()
    key = base64((0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
    offered = subprotocols
    var text = "GET \(target.target) HTTP/1.1\r\n"
    if headers["host"] == nil { text += "Host: \(target.authority)\r\n" }
    text += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    text += "Sec-WebSocket-Key: \(key)\r\n"
    if !offered.isEmpty {
      text += "Sec-WebSocket-Protocol: \(offered.joined(separator: ", "))\r\n"
    }
    for (name, value) in headers.fields { text += "\(name): \(value)\r\n" }
    request = Array((text + "\r\n").utf8)
  }

  /// Takes what the server answers.
  ///
  /// - Returns: how many of the bytes belong to the answer and the subprotocol agreed on, once the answer
  ///   is complete; nil where more must come.
  /// - Throws: why it is no upgrade.
  mutating func take(
    _ input: UnsafeRawBufferPointer
  ) throws(ConnectFailure) -> (byteCount: Int, subprotocol: String?)? {
    let headers: HTTPHeaders
    let count: Int
    do throws(HTTPFault) {
      guard let taken = unsafe try reader.take(input) else { return nil }
      count = taken
      headers = try reader.fields()
    } catch {
      throw .unreachable(reason: "the server's answer is not HTTP: \(error.reason)")
    }
    let words = reader.firstLine.split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard words.count >= 2, words[0].starts(with: "HTTP/1.".utf8), words[1].count == 3,
      let status = Int(String(decoding: words[1], as: UTF8.self))
    else { throw .unreachable(reason: "the server's answer is not HTTP") }
    guard status == 101 else {
      let phrase = words.count > 2 ? String(decoding: words[2], as: UTF8.self) : ""
      throw .refused(status: status, message: phrase)
    }
    func faulty(_ what: String) -> ConnectFailure { .refused(status: 101, message: what) }
    guard HTTPToken.list(headers["upgrade"], has: "websocket") else {
      throw faulty("the header Upgrade is missing or wrong")
    }
    guard HTTPToken.list(headers["connection"], has: "upgrade") else {
      throw faulty("the header Connection is missing or wrong")
    }
    guard headers["sec-websocket-accept"] == webSocketAccept(for: key) else {
      throw faulty("Sec-WebSocket-Accept is missing or wrong")
    }
    guard headers["sec-websocket-extensions"] == nil else {
      throw faulty("it has extensions that nobody asked for")
    }
    let chosen = headers["sec-websocket-protocol"]
    guard chosen.map({ offered.contains($0) }) ?? true else {
      throw faulty("it has a subprotocol that nobody offered")
    }
    return (count, chosen)
  }
}

/// What a server answers to a client's key (RFC 6455, 4.2.2).
private func webSocketAccept(for key: String) -> String {
  let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
  var digest = [UInt8](repeating: 0, count: 20)
  _ = unsafe lws_SHA1(text, text.count, &digest)
  return base64(digest)
}

private func base64(_ bytes: [UInt8]) -> String {
  // The library wants room for one more than the text and its end.
  var text = [CChar](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 2)
  let count = unsafe bytes.withUnsafeBytes { bytes in
    unsafe lws_b64_encode_string(
      bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), &text,
      Int32(text.count))
  }
  return String(
    decoding: text.prefix(Int(max(count, 0))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
