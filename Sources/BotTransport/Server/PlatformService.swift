public import Telephony

/// What a platform brings to a server beside its calls: what it asks over HTTP, and a proof of its own at
/// the door.
///
/// A platform is one folder, and one line in ``all``.
public struct PlatformService: Sendable {
  /// What an operator decides, the same for every platform.
  public struct Terms: Sendable {
    /// Who is believed where the platform proves nothing; usually ``ServerConfiguration/access``.
    public var access: AccessPolicy
    /// Whether who shows no credentials of ``access`` is refused over HTTP too.
    public var protectsCallbacks: Bool
    /// The secrets that the platform may have signed with; with none its signatures are not asked for.
    public var signingSecrets: [String]

    /// Says what an operator has decided.
    public init(
      access: AccessPolicy = AccessPolicy(), protectsCallbacks: Bool = false,
      signingSecrets: [String] = []
    ) {
      self.access = access
      self.protectsCallbacks = protectsCallbacks
      self.signingSecrets = signingSecrets
    }
  }

  /// The platform.
  public let platform: Platform
  /// The paths that it asks over HTTP.
  public let paths: [String]
  /// What the secret is called that it signs its requests with, in lower-case words joined by hyphens;
  /// nil where it signs nothing.
  public let secretName: String?
  private let add: @Sendable (Terms, inout ServerConfiguration) -> Void

  /// Describes a platform.
  ///
  /// - Parameters:
  ///   - platform: which.
  ///   - paths: what ``add(to:on:)`` answers, for help texts.
  ///   - secretName: such as `auth-token`.
  ///   - add: adds gate and endpoints to a server that has its registry, reach and call log.
  public init(
    _ platform: Platform, paths: [String], secretName: String? = nil,
    add: @escaping @Sendable (Terms, inout ServerConfiguration) -> Void
  ) {
    self.platform = platform
    self.paths = paths
    self.secretName = secretName
    self.add = add
  }

  /// Every platform that brings anything.
  public static let all: [PlatformService] = [.exotel, .plivo, .twilio]

  /// Every platform whose bots are met with more than its wire.
  public static let standIns: [PlatformStandIn] = [.twilio]

  /// Adds what the platform brings to a server that has its registry, its ``ServerConfiguration/reach``
  /// and its call log.
  public func add(to configuration: inout ServerConfiguration, on terms: Terms = Terms()) {
    add(terms, &configuration)
  }
}
