import Telephony

extension PlatformStandIn {
  /// Twilio: upgrades signed with the auth token, and the request that hangs a call up,
  /// `POST /2010-04-01/Accounts/AC.../Calls/CA....json` with `Status=completed`.
  public static let twilio = PlatformStandIn(
    .twilio, secretName: "token",
    sign: { url, token in
      let signer = TwilioSigner(
        tokens: [token], sha1: { HMACSHA1.code(key: $0, message: $1) },
        sha256: { HMACSHA256.code(key: $0, message: $1) })
      let signature = signer?.signature(of: TwilioSignedRequest(url))
      return signature.map { ["X-Twilio-Signature": $0] } ?? HTTPHeaders()
    },
    addRoutes: { routes, bot, token in
      routes.addTree("/2010-04-01/Accounts", methods: ["POST"]) { request in
        answer(request, bot, token)
      }
    })

  private static func answer(
    _ request: HTTPRequest, _ bot: ProxiedBot, _ token: String?
  ) -> HTTPResponse? {
    let path = request.path.split(separator: "/").map(String.init)
    guard path.count == 5, path[3] == "Calls", path[4].hasSuffix(".json") else { return nil }
    let account = path[2]
    guard isAllowed(request, account, token) else {
      return fault(401, 20_003, "Authenticate")
    }
    let fields = URLQuery(String(decoding: request.body, as: UTF8.self))
    guard fields["Status"]?.lowercased() == "completed" else {
      return fault(400, 21_220, "Only Status=completed is served here")
    }
    let sid = String(path[4].dropLast(5))
    return HTTPResponse(later: { answer in
      Task {
        guard await bot.hangUp(callSID: sid) else {
          return answer(fault(404, 20_404, "The requested resource was not found"))
        }
        answer(
          HTTPResponse(
            status: 200, contentType: "application/json",
            body: "{\"sid\":\(JSONText.quoted(sid)),\"account_sid\":"
              + "\(JSONText.quoted(account)),\"status\":\"completed\"}\n"))
      }
    })
  }

  /// Without a token whoever runs on this machine is believed, and nobody else.
  private static func isAllowed(
    _ request: HTTPRequest, _ account: String, _ token: String?
  ) -> Bool {
    guard let token else {
      // What a proxy on this machine hands on comes from anywhere.
      let isForwarded = ["x-forwarded-for", "forwarded", "via"].contains {
        request.headers[$0] != nil
      }
      let peer = request.peerAddress
      return !isForwarded && (peer.hasPrefix("127.") || peer.hasPrefix("[::1]"))
    }
    return BasicCredentials(user: account, password: token)?
      .match(authorization: request.headers["authorization"] ?? "") ?? false
  }

  private static func fault(_ status: Int, _ code: Int, _ message: String) -> HTTPResponse {
    HTTPResponse(
      status: status, contentType: "application/json",
      body: "{\"code\":\(code),\"message\":\"\(message)\",\"status\":\(status)}\n")
  }
}
