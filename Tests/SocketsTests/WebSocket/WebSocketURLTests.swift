import Sockets
import TestSupport
import Testing

@Suite("WebSocketURL")
struct WebSocketURLTests {
  @Test(
    "takes URLs apart",
    arguments: [
      ("ws://example.com", "example.com", 80, "/", "example.com"),
      ("WS://example.com:5001/exotel", "example.com", 5001, "/exotel", "example.com:5001"),
      ("ws://127.0.0.1:80?x=1", "127.0.0.1", 80, "/?x=1", "127.0.0.1"),
      ("wss://example.com", "example.com", 443, "/", "example.com"),
      ("Wss://example.com:80/a", "example.com", 80, "/a", "example.com:80"),
      ("ws://example.com:443/", "example.com", 443, "/", "example.com:443"),
      ("ws://[::1]:9/a/b?c=%20d", "::1", 9, "/a/b?c=%20d", "[::1]:9"),
    ])
  func parts(text: String, host: String, port: Int, target: String, authority: String) throws {
    let url = try WebSocketURL(text)
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(url.target == target)
    #expect(url.authority == authority)
  }

  @Test(
    "says what is wrong",
    arguments: [
      ("", .scheme), ("http://a", .scheme), ("ws:/a", .scheme), ("wss:/a", .scheme),
      ("ws://", .host), ("ws:///x", .host), ("ws://a b/", .host), ("ws://user@a/", .host),
      ("ws://[::1", .host), ("ws://[::1]x", .host), ("ws://[]:1/", .host),
      ("ws://a:", .port), ("ws://a:0", .port), ("ws://a:65536", .port), ("ws://a:1x", .port),
      ("ws://a:99999999999999999999", .port), ("ws://[::1]:", .port),
      ("ws://a/x#y", .path), ("ws://a/\u{e9}", .path), ("ws://a/x\r\ny", .path),
    ] as [(String, WebSocketURL.Problem)])
  func problems(text: String, problem: WebSocketURL.Problem) {
    #expect(throws: problem) { try WebSocketURL(text) }
  }
}
