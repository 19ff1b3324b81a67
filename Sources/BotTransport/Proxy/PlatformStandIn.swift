public import Sockets
public import Telephony

/// What a proxied bot meets of its own platform beside the wire: a proof at the bot's door, and the requests
/// over HTTP by which such bots hang up.
///
/// A platform is one folder, and one line in ``PlatformService/standIns``.
public struct PlatformStandIn: Sendable {
  /// The platform.
  public let platform: Platform
  /// What the secret is called that the bot's platform signs with, in lower-case words joined by hyphens.
  public let secretName: String
  /// The headers that sign an upgrade to a URL under a secret.
  public let sign: @Sendable (_ url: String, _ secret: String) -> HTTPHeaders
  /// Adds what the platform answers to such bots; the secret is what they show, nil where they have none and
  /// only this machine's are believed.
  public let addRoutes:
    @Sendable (_ routes: inout HTTPRoutes, _ bot: ProxiedBot, _ secret: String?) -> Void

  /// Describes a stand-in.
  public init(
    _ platform: Platform, secretName: String,
    sign: @escaping @Sendable (_ url: String, _ secret: String) -> HTTPHeaders,
    addRoutes:
      @escaping @Sendable (
        _ routes: inout HTTPRoutes, _ bot: ProxiedBot, _ secret: String?
      ) -> Void
  ) {
    self.platform = platform
    self.secretName = secretName
    self.sign = sign
    self.addRoutes = addRoutes
  }
}
