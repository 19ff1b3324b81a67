import BotTransport
import CallSimulator
import Foundation
import Ground

/// What a server answers over HTTP: lookups, callbacks, what it takes for its own address.
struct WebChecks: Sendable {
  let visit: Visit
  /// How long an answer may take.
  let patience: Duration

  private let thread = BlockingExecutor(label: "sidetone.doctor.web")

  init(visit: Visit, patience: Duration) {
    self.visit = visit
    self.patience = patience
  }

  /// Asks, and gives the address to dial.
  func lookup(_ url: String) async -> (finding: Finding, address: String?) {
    let answer: TrialRequest.Answer
    do throws(ConnectFailure) { answer = try await askAsPlatform(url) } catch {
      return (.failed(.lookup, "\(error)", "look at the checks above, and at the server"), nil)
    }
    let time = answer.time
    guard answer.status == 200 else {
      let advice =
        answer.status == 401 || answer.status == 403
        ? "give the credentials in the address, or the token that the platform signs with; the "
          + "server's --public-url is part of what is signed"
        : "answer 200 at once, without a redirection"
      return (.failed(.lookup, "HTTP \(answer.status) after \(time.text)", advice), nil)
    }
    guard let address = visit.platform.address(answer.body) else {
      return (
        .failed(
          .lookup, "HTTP 200, but the body does not say where to dial",
          visit.platform.answerAdvice), nil
      )
    }
    let words = "\(Redaction.url(address)) after \(time.text)"
    guard time <= SocketChecks.slow else {
      return (
        .warning(.lookup, words, "callers hear nothing meanwhile: answer from memory"), address
      )
    }
    return (.ok(.lookup, words), address)
  }

  private func askAsPlatform(_ url: String) async throws(ConnectFailure) -> TrialRequest.Answer {
    let (method, fields) = visit.platform.lookup
    guard method == "POST" else {
      var parts = URLComponents(string: url)
      let given = parts?.queryItems ?? []
      parts?.queryItems = given + fields.map { URLQueryItem(name: $0.0, value: $0.1) }
      return try await ask(method, parts?.string ?? url)
    }
    let body = fields.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    var headers = [(name: "Content-Type", value: "application/x-www-form-urlencoded")]
    if let token = visit.signingToken {
      headers += visit.platform.signing?.headers(method, url, fields, token) ?? []
    }
    return try await ask(method, url, headers: headers, body: Array(body.utf8))
  }

  private func ask(
    _ method: String, _ url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) async throws(ConnectFailure) -> TrialRequest.Answer {
    var request: TrialRequest
    do { request = try TrialRequest(method, url) } catch {
      throw .unreachable(reason: error.description)
    }
    for header in headers { request.headers.append(header.name, header.value) }
    if let authorization = visit.address.authorization {
      request.headers.append("Authorization", authorization)
    }
    request.body = body
    do {
      return try await thread.run { [request, visit, patience] in
        try request.send(trusting: visit.tls ?? TLSClientConfiguration(), within: patience)
      }
    } catch let failure as ConnectFailure {
      throw failure
    } catch {
      throw .unreachable(reason: "\(error)")
    }
  }

  /// What the server takes for its own address, against what its options say; nil where no platform asks.
  func publicURL(_ told: PublicAddress) async -> Finding? {
    let asking = CommandTable.doctorPlatforms.first { $0.ownAddress != nil }
    guard let asking, let path = asking.ownAddress else { return nil }
    let answer: TrialRequest.Answer
    do throws(ConnectFailure) { answer = try await ask("GET", Self.web(told) + path) } catch {
      return .failed(
        .publicURL, "\(told): \(error)",
        "see that the server runs with this --public-url, and that the proxy leads there")
    }
    guard answer.status == 200, let own = asking.address(answer.body) else {
      return .failed(
        .publicURL, "\(told) answers \(path) with HTTP \(answer.status)",
        "have the proxy pass this path on to the server")
    }
    let seen = Redaction.url(own)
    // Without its user-info.
    let address = (try? BotAddress(own))?.redacted ?? ""
    guard address.hasPrefix(told.description + "/") else {
      return .failed(
        .publicURL, "the server takes itself for \(seen), not \(told)",
        "start it with --public-url \(told), or have the proxy at --trust-proxy pass "
          + "X-Forwarded-Host and X-Forwarded-Proto on")
    }
    return .ok(.publicURL, "the server gives \(seen)")
  }

  /// Whether the addresses of callbacks lead to the server. They name no call, so nothing is written
  /// down. With a `secret` of a platform's, by its name, unsigned callbacks must be refused.
  func callbacks(at told: PublicAddress, secret: (String) -> String?) async -> Finding {
    var wrong: [String] = []
    var names: [String] = []
    for platform in CommandTable.doctorPlatforms {
      let token = secret(platform.name)
      for path in platform.callbacks {
        let url = Self.web(told) + path
        names.append(path)
        var trials: [(headers: [(name: String, value: String)], right: [Int])] = [([], [200, 302])]
        if let signing = platform.signing, let token {
          trials = [(signing.headers("GET", url, [], token), [200]), ([], [401])]
        }
        for trial in trials {
          do throws(ConnectFailure) {
            let status = try await ask("GET", url, headers: trial.headers).status
            guard !trial.right.contains(status) else { continue }
            wrong.append("\(path)\(trial.right == [401] ? " unsigned" : ""): HTTP \(status)")
          } catch {
            wrong.append("\(path): \(error)")
          }
        }
      }
    }
    guard wrong.isEmpty else {
      return .failed(
        .callbacks, wrong.joined(separator: ", "),
        "have the proxy pass these paths on to the server, with the same tokens and --public-url "
          + "as here; --protect-callbacks wants credentials in the address")
    }
    return .ok(.callbacks, "\(names.joined(separator: ", ")) answer at \(Self.web(told))")
  }

  private static func web(_ address: PublicAddress) -> String {
    "http" + address.description.dropFirst(2)
  }
}
