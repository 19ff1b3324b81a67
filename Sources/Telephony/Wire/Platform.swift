/// A telephony platform that Sidetone speaks to.
///
/// A struct with static members, not an enum: a new platform adds a member in its own folder and
/// breaks no switch.
public struct Platform: Hashable, Sendable, CustomStringConvertible {
  /// The name on the command line, in reports and as the first path segment: lower-case ASCII.
  public let name: String

  /// Makes a platform's identity from its lower-case ASCII name.
  public init(name: String) {
    self.name = name
  }

  /// The name.
  public var description: String { name }
}

/// Whose voice a media message carries.
public enum Track: String, Hashable, Sendable, CaseIterable {
  /// The caller, or whoever the platform streams to the bot. The default.
  case inbound
  /// What the platform plays to the caller, where it streams that as well.
  case outbound
}
