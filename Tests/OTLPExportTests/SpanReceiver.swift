import Foundation
import Ground
import Sockets

/// A collector on loopback: answers each request as it is told to, the last way for ever, and keeps the bodies that it
/// took.
final class SpanReceiver: Sendable {
  private let loop: EventLoop
  private let listener: WebSocketListener
  private let state: Locked<(answers: [(Int, String)], requests: [HTTPRequest])>

  init(_ answers: [(Int, String)] = [(200, "{}")]) throws {
    let state = Locked<(answers: [(Int, String)], requests: [HTTPRequest])>((answers, []))
    self.state = state
    loop = try EventLoop(name: "span receiver")
    loop.start()
    listener = try WebSocketListener(
      loop: loop, host: "127.0.0.1", port: 0,
      onHTTP: { request in
        state.withLock { state in
          state.requests.append(request)
          let answer = state.answers[0]
          if state.answers.count > 1 { state.answers.removeFirst() }
          return HTTPResponse(status: answer.0, contentType: "application/json", body: answer.1)
        }
      }, onUpgrade: { _ in .refuse(status: 404, body: "") })
  }

  deinit { loop.stop() }

  var url: String { "http://127.0.0.1:\(listener.port)" }
  var requests: [HTTPRequest] { state.withLock { $0.requests } }

  /// All spans of a request.
  static func spans(_ body: [UInt8]) throws -> [[String: Any]] {
    let whole = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    let resources = whole?["resourceSpans"] as? [[String: Any]] ?? []
    return resources.flatMap { $0["scopeSpans"] as? [[String: Any]] ?? [] }
      .flatMap { $0["spans"] as? [[String: Any]] ?? [] }
  }

  /// A span's attributes, as texts.
  static func attributes(_ span: [String: Any]) -> [String: String] {
    let all = span["attributes"] as? [[String: Any]] ?? []
    return Dictionary(
      all.compactMap { attribute in
        guard let key = attribute["key"] as? String,
          let value = attribute["value"] as? [String: Any]
        else { return nil }
        return (key, value.values.map { "\($0)" }.joined())
      }, uniquingKeysWith: { first, _ in first })
  }
}
