import Telephony

/// What a running server can be told anew: who may call, and what is answered over HTTP.
struct ServerRules: Sendable {
  private(set) var access: AccessPolicy
  private var judges: [@Sendable (UpgradeRequest) -> AccessPolicy.Decision?]
  private var configured: HTTPRoutes
  /// All that is answered: what is configured goes before the server's own.
  private(set) var answered: HTTPRoutes

  init(_ configuration: ServerConfiguration) {
    access = configuration.access
    judges = configuration.upgradeJudges
    configured = configuration.routes
    answered = configuration.routes
  }

  /// What the server itself answers; set once it knows its calls.
  var ownRoutes = HTTPRoutes() {
    didSet { answered = configured.joined(with: ownRoutes) }
  }

  mutating func renew(from configuration: ServerConfiguration) {
    let ownRoutes = ownRoutes
    self = ServerRules(configuration)
    self.ownRoutes = ownRoutes
  }

  func judge(_ request: UpgradeRequest) -> AccessPolicy.Decision {
    judges.lazy.compactMap { $0(request) }.first ?? Gate(policy: access).judge(request)
  }
}
