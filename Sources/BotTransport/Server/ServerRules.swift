import Telephony

/// What a running server can be told anew: who may call, and what is answered over HTTP.
struct ServerRules: Sendable {
  private(set) var access: AccessPolicy
  /// Which paths may be called at all.
  let doors: Doors
  let reach: Reach
  private var judges: [@Sendable (UpgradeRequest, Platform?) -> AccessPolicy.Decision?]
  private var configured: HTTPRoutes
  /// All that is answered: what is configured goes before the server's own.
  private(set) var answered: HTTPRoutes

  /// Takes the rules of a configuration whose ``doors`` have been found for it.
  init(_ configuration: ServerConfiguration, _ doors: Doors) {
    self.doors = doors
    reach = configuration.reach
    access = configuration.access
    judges = configuration.upgradeJudges
    configured = configuration.routes
    answered = configuration.routes
  }

  /// What the server itself answers; set once it knows its calls.
  var ownRoutes = HTTPRoutes() {
    didSet { answered = configured.joined(with: ownRoutes) }
  }

  mutating func renew(from configuration: ServerConfiguration, _ doors: Doors) {
    let ownRoutes = ownRoutes
    self = ServerRules(configuration, doors)
    self.ownRoutes = ownRoutes
  }

  /// What an upgrade deserves whose path names `platform`, or none, and may be called.
  func judge(_ request: UpgradeRequest, _ platform: Platform?) -> AccessPolicy.Decision {
    judges.lazy.compactMap { $0(request, platform) }.first
      ?? Gate(policy: access, reach: reach).judge(request)
  }
}
