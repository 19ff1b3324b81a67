import AudioEngine
import CLibCrypto

/// The opening handshake of RFC 6455, section 4.2.
enum Handshake {
  /// Wait for more.
  case incomplete
  /// Send this and close.
  case refused(String)
  /// Send this; frames follow, of which `rest` has come already.
  case accepted(String, path: String, query: String, rest: ArraySlice<UInt8>)

  private static let mostBytes = 8_192

  /// Reads a request, or what has come of it.
  init(_ bytes: [UInt8]) {
    guard let end = Self.headEnd(bytes) else {
      self =
        bytes.count < Self.mostBytes
        ? .incomplete : .refused("HTTP/1.1 431 Request Header Fields Too Large\r\n\r\n")
      return
    }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers[line[..<colon].lowercased()] = String(value)
    }
    guard words.count == 3, words[0] == "GET", headers["upgrade"]?.lowercased() == "websocket",
      headers["sec-websocket-version"] == "13", let key = headers["sec-websocket-key"]
    else {
      self = .refused(
        "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n")
      return
    }
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let response =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Accept: \(Self.accept(key))\r\n\r\n"
    self = .accepted(
      response, path: String(target[0]), query: target.count > 1 ? String(target[1]) : "",
      rest: bytes[(end + 4)...])
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual([13, 10, 13, 10]) }
  }

  private static func accept(_ key: String) -> String {
    let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
    _ = unsafe SHA1(text, text.count, &digest)
    var coded = [UInt8](repeating: 0, count: Base64.encodedCount(byteCount: digest.count))
    var span = coded.mutableSpan
    var room = unsafe span.mutableBytes
    _ = unsafe Base64.encode(digest.span.bytes, into: &room)
    return String(decoding: coded, as: UTF8.self)
  }
}
