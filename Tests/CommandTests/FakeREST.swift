import BotTransport
import Foundation
import Synchronization

/// A platform's REST API on loopback: gives one answer to everything, and remembers what was asked.
final class FakeREST: Sendable {
  /// What the API does with a request.
  enum Behaviour: Sendable {
    case answers(Int, String, HTTPHeaders = [:])
    /// Answers so long after the request that nobody waits any more.
    case hangs
  }

  private let loop: EventLoop
  private let asked: Asked
  private let port: Int

  /// Requests as they came.
  final class Asked: Sendable {
    private let requests = Mutex<[HTTPRequest]>([])
    func add(_ request: HTTPRequest) { requests.withLock { $0.append(request) } }
    var all: [HTTPRequest] { requests.withLock { $0 } }
  }

  init(_ behaviour: Behaviour) throws {
    let asked = Asked()
    loop = try EventLoop(name: "fake REST")
    loop.start()
    let listener = try WebSocketListener(
      loop: loop, host: "127.0.0.1", port: 0,
      onHTTP: { request in
        asked.add(request)
        switch behaviour {
        case .answers(let status, let body, let headers):
          return HTTPResponse(
            status: status, contentType: "application/json", headers: headers, body: body)
        case .hangs:
          usleep(2_500_000)
          return nil
        }
      }, onUpgrade: { _ in .refuse(status: 404, body: "") })
    port = listener.port
    self.asked = asked
  }

  deinit { loop.stop() }

  var requests: [HTTPRequest] { asked.all }

  /// Where it is.
  var base: String { "http://127.0.0.1:\(port)" }

  /// The environment in which the Plivo commands ask this API.
  var plivoEnvironment: [String] {
    [
      "PLIVO_AUTH_ID=MAEXAMPLE", "PLIVO_AUTH_TOKEN=hush4711",
      "PLIVO_API_BASE=http://127.0.0.1:\(port)",
    ]
  }

  /// The environment in which the Twilio commands ask this API.
  var twilioEnvironment: [String] {
    [
      "TWILIO_ACCOUNT_SID=ACEXAMPLE", "TWILIO_AUTH_TOKEN=hush4711",
      "TWILIO_API_BASE=http://127.0.0.1:\(port)/",
    ]
  }

  /// The environment in which the Exotel commands ask this API.
  var environment: [String] {
    [
      "EXOTEL_API_KEY=key", "EXOTEL_API_TOKEN=hush4711", "EXOTEL_ACCOUNT_SID=acmevoice1",
      "EXOTEL_API_BASE=http://127.0.0.1:\(port)",
    ]
  }
}
