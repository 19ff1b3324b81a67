import AudioEngine
import Foundation
import Sockets

/// Who may ask a simulated account, how often, and what goes wrong with the answers. Loop thread only.
final class AccountDoor: @unchecked Sendable {
  // Unchecked: confined to the loop's thread, where the listener's callbacks and the alarms come.

  /// How long a slow answer takes.
  static let slowness: Duration = .seconds(3)

  private let loop: EventLoop
  private let alarms: LoopAlarms
  private let rules: AccountRules
  private var faults: AccountFaults
  /// When the requests of the last window came.
  private var recent: [MonotonicTime] = []
  private var streamsUp = 0

  init(loop: EventLoop, rules: AccountRules) {
    self.loop = loop
    self.rules = rules
    alarms = LoopAlarms(loop: loop)
    faults = AccountFaults(rules.faults)
  }

  /// Answers one request: refuses it, or does it and spoils the answer, as the rules say.
  ///
  /// - Parameters:
  ///   - request: what was asked.
  ///   - place: the request's name among the faults' places.
  ///   - refusal: the platform's words for a status.
  ///   - act: does it.
  /// - Returns: the answer, or one that comes late or never.
  func answer(
    _ request: HTTPRequest, at place: String, refusal: (Int) -> HTTPResponse,
    _ act: () -> HTTPResponse
  ) -> HTTPResponse {
    guard isKnown(request.headers["authorization"]) else {
      var refused = refusal(401)
      refused.headers.append("WWW-Authenticate", "Basic")
      return refused
    }
    if let wait = throttle() { return throttled(refusal, seconds: wait) }
    let fault = faults.befalling(request: place)
    if fault == .throttled { return throttled(refusal, seconds: 1) }
    if let status = fault?.refusal { return refusal(status) }
    let answer = act()
    switch fault {
    case .broken: return refusal(500)
    case .garbled:
      return HTTPResponse(
        status: 200, contentType: "text/html", body: "<html><body>it works</body></html>\n")
    // The listener cuts it off in the end.
    case .lost: return HTTPResponse(later: { _ in })
    case .slow:
      return HTTPResponse(later: { [self] send in
        alarms.after(Self.slowness) { send(answer) }
      })
    default: return answer
    }
  }

  /// The fault that befalls an event, if any.
  func fault(ofEvent name: String) -> AccountFault.Kind? { faults.befalling(event: name) }

  /// Streams that are up, those beside the ones played here among them.
  var activeStreams: Int { streamsUp + rules.otherStreams }

  /// Counts one more; false where the account has as many as it may.
  func takeStream() -> Bool {
    guard activeStreams < rules.mostStreams else { return false }
    streamsUp += 1
    return true
  }

  func leaveStream() { streamsUp -= 1 }

  func stop() { alarms.cancel() }

  private func isKnown(_ authorization: String?) -> Bool {
    guard let credentials = rules.credentials else { return true }
    guard let authorization, authorization.lowercased().hasPrefix("basic "),
      let data = Data(base64Encoded: String(authorization.dropFirst(6)))
    else { return false }
    return String(decoding: data, as: UTF8.self) == "\(credentials.user):\(credentials.password)"
  }

  /// Counts a request; the seconds until the next may come where there were too many.
  private func throttle() -> Int? {
    guard let limit = rules.limit else { return nil }
    let now = loop.now
    recent.removeAll { now - $0 >= limit.window }
    guard recent.count >= limit.requests, let first = recent.first else {
      recent.append(now)
      return nil
    }
    let wait = limit.window - (now - first)
    return max(1, Int((wait.inMilliseconds / 1_000).rounded(.up)))
  }

  private func throttled(_ refusal: (Int) -> HTTPResponse, seconds: Int) -> HTTPResponse {
    var answer = refusal(429)
    answer.headers.append("Retry-After", "\(seconds)")
    if let limit = rules.limit {
      answer.headers.append("X-RateLimit-Limit", "\(limit.requests)")
      answer.headers.append("X-RateLimit-Remaining", "0")
      answer.headers.append("X-RateLimit-Reset", "\(seconds)")
    }
    return answer
  }
}
