import BotTransport
import CallSimulator

/// Why there was no 101, and what to do about it.
struct UpgradeRefusal {
  let visit: Visit
  let patience: Duration

  func finding(_ failure: ConnectFailure) -> Finding {
    let (seen, advice) = words(on: failure)
    return .failed(.upgrade, seen, advice)
  }

  private func words(on failure: ConnectFailure) -> (seen: String, advice: String) {
    switch failure {
    case .timedOut:
      return (
        "no 101 within \(patience.components.seconds) s",
        "accept before any other work; platforms wait 10 s: look for a cold start, a full accept "
          + "queue, a handler that waits for something"
      )
    case .tls(let reason):
      return ("TLS: \(reason)", "look at 'chain', 'name' and 'expiry'")
    case .unreachable(let reason):
      return (
        "the connection broke: \(reason)",
        "the server or the proxy cuts the request: look into its log"
      )
    case .refused(let status, let message):
      return refused(status, message)
    }
  }

  private func refused(_ status: Int, _ message: String) -> (seen: String, advice: String) {
    let path = path
    switch status {
    case 101:
      return (
        "a faulty 101: \(message)", "the server does not speak RFC 6455: use a WebSocket library"
      )
    case 200..<300:
      return (
        "HTTP \(status) instead of 101",
        "\(path) is a page, or the proxy does not pass the Upgrade header on (nginx: "
          + "proxy_set_header Upgrade $http_upgrade, Connection \"upgrade\")"
      )
    case 300..<400:
      return (
        "HTTP \(status), a redirection, which platforms do not follow",
        "give the address that it leads to"
      )
    case 401, 403:
      guard visit.hasCredentials else {
        return (
          "HTTP \(status): credentials are asked for, and the address has none",
          "give them: wss://USER:PASSWORD@HOST/PATH, or the token that the platform signs with; or this "
            + "machine's address is not let in"
        )
      }
      return (
        "HTTP \(status): the credentials are refused",
        "compare them with the server's; for a signature, the token and the public address; or "
          + "this machine's address is not let in"
      )
    case 404, 405, 410:
      return (
        "HTTP \(status): nothing takes a socket at \(path)",
        "correct the path of the address, or the proxy's route"
      )
    case 400, 426:
      return (
        "HTTP \(status): the request does not look like an upgrade to the server",
        "have the proxy speak HTTP/1.1 to the server and pass Upgrade and Connection on"
      )
    case 429:
      return (
        "HTTP 429: too many requests", "raise the limit of the server or the proxy, or try later"
      )
    case 502, 503, 504:
      return (
        "HTTP \(status): what stands in front answers, and nothing behind it",
        "start the bot's server, or correct the address that the proxy passes to; a server that "
          + "is full or stops answers 503 too: look at /readyz"
      )
    case 500...:
      return ("HTTP \(status)", "the server failed: look into its log")
    default:
      return ("HTTP \(status)", "look into the server's log")
    }
  }

  /// Without its query, and without what may be a token.
  private var path: String {
    let url = Redaction.url(visit.address.redacted)
    guard let scheme = url.firstRange(of: "://"),
      let slash = url[scheme.upperBound...].firstIndex(of: "/")
    else { return "/" }
    return String(url[slash...])
  }
}
