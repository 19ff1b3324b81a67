import AudioEngine
import Foundation
import Ground
import Sockets
import Telephony

/// Who may see the page.
///
/// Without a token: who names this machine by a loopback name, which keeps out pages of other sites that
/// point a name of theirs at it. With tokens: who has shown one, for an hour after the last visit. A socket
/// or a form must come from the console's own page.
final class ConsoleDoor: Sendable {
  /// Why a request is not answered.
  struct Refusal: Hashable, Sendable {
    let status: Int
    let words: String

    var response: HTTPResponse { HTTPResponse(status: status, body: words) }
  }

  private struct State {
    /// When each session ends, by its name.
    var sessions: [String: MonotonicTime] = [:]
    var guesses = TokenBucket(perSecond: 1)
  }

  private static let cookie = "sidetone_console"
  private static let sessionLength: Duration = .seconds(3_600)
  private static let mostSessions = 64

  private let tokens: [Secret]
  private let isLocal: Bool
  private let state = Locked(State())

  init(tokens: [Secret], isLocal: Bool) {
    self.tokens = tokens
    self.isLocal = isLocal
  }

  /// Why nobody may come in this way; nil where somebody may.
  func refusal(of headers: HTTPHeaders) -> Refusal? {
    guard tokens.isEmpty else { return nil }
    guard isLocal else {
      return Refusal(status: 403, words: "A console that others reach needs a token.\n")
    }
    guard let host = headers["host"], Self.isLoopbackName(Self.name(of: host)) else {
      return Refusal(
        status: 403, words: "Without a token the console answers to 127.0.0.1 and localhost.\n")
    }
    return nil
  }

  /// Why what only the console's own page may ask is not answered.
  func strangeOrigin(_ headers: HTTPHeaders) -> Refusal? {
    let origin = headers["origin"]?.lowercased() ?? ""
    let authority = origin.split(separator: "/", omittingEmptySubsequences: true).last
    let isWeb = origin.hasPrefix("http://") || origin.hasPrefix("https://")
    if isWeb, let authority, let host = headers["host"]?.lowercased(), authority == host {
      return nil
    }
    return Refusal(status: 403, words: "Only the console's own page may ask for this.\n")
  }

  /// Whether the visitor may see the page: nobody is asked, or has a session, which then lasts on.
  func knows(_ headers: HTTPHeaders) -> Bool {
    if tokens.isEmpty { return true }
    guard let name = Self.session(in: headers) else { return false }
    let now = EventLoop.now
    return state.withLock { state in
      guard let end = state.sessions[name], end > now else { return false }
      state.sessions[name] = now + Self.sessionLength
      return true
    }
  }

  /// Answers the form at the door.
  func openSession(_ request: HTTPRequest) -> HTTPResponse {
    guard request.method == "POST" else {
      return HTTPResponse(status: 405, headers: ["Allow": "POST"], body: "Use POST.\n")
    }
    if let refusal = strangeOrigin(request.headers) { return refusal.response }
    let now = EventLoop.now
    guard state.withLock({ $0.guesses.take(at: now) }) else {
      return HTTPResponse(status: 429, body: "Too many tries: wait a second.\n")
    }
    let body = String(decoding: request.body, as: UTF8.self)
    let given = body.split(separator: "&").first { $0.hasPrefix("token=") }?.dropFirst(6) ?? ""
    let token = String(given).replacing("+", with: " ").removingPercentEncoding ?? ""
    // Every token is compared, whichever is right.
    guard tokens.reduce(false, { $0 || $1.matches(token) }) else {
      return HTTPResponse(status: 401, body: "That is not the token. Go back and try again.\n")
    }
    let name = Self.newName()
    state.withLock { state in
      state.sessions = state.sessions.filter { $0.value > now }
      if state.sessions.count >= Self.mostSessions,
        let oldest = state.sessions.min(by: { $0.value < $1.value })
      {
        state.sessions.removeValue(forKey: oldest.key)
      }
      state.sessions[name] = now + Self.sessionLength
    }
    let cookie = "\(Self.cookie)=\(name); Path=\(WebConsole.path); HttpOnly; SameSite=Strict"
    let origin = request.headers["origin"] ?? ""
    return HTTPResponse(
      status: 303,
      headers: [
        "Location": WebConsole.path,
        "Set-Cookie": origin.hasPrefix("https:") ? cookie + "; Secure" : cookie,
      ], body: "")
  }

  /// 128 random bits.
  private static func newName() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(random.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  private static func session(in headers: HTTPHeaders) -> String? {
    let cookies = (headers["cookie"] ?? "").split { $0 == ";" || $0 == "," || $0 == " " }
    return cookies.first { $0.hasPrefix(cookie + "=") }
      .map { String($0.dropFirst(cookie.count + 1)) }
  }

  /// The name in a `Host` header, without port and brackets.
  static func name(of host: String) -> String {
    if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
    return String(host.prefix { $0 != ":" })
  }

  /// Whether a name means this machine whoever reads it: `localhost` (RFC 6761, 6.3) or an address of
  /// loopback.
  static func isLoopbackName(_ name: String) -> Bool {
    let name = name.lowercased()
    if name == "localhost" || name.hasSuffix(".localhost") { return true }
    return SocketAddress(literal: name)?.isLoopback ?? false
  }
}
