public import Telephony

/// Everything that is known of one call: what its socket saw and what callbacks said, before, after or
/// without it.
///
/// Every field is nil until someone has said something. Holds no credential: addresses and errors are
/// redacted, and so are custom parameters that look like one. It does hold telephone numbers.
public struct CallRecord: Hashable, Sendable {
  /// One thing that was told of the call, once however often it was told.
  public struct Event: Hashable, Sendable {
    /// Equal for a retry or duplicate of the same event.
    public var key: String
    /// What it was: `stream`, `passthru`, `status` and so on.
    public var name: String
    /// When it came.
    public var at: WallTime
    /// Whether this server says it, of a socket that it carried.
    public internal(set) var isServers = false

    /// Makes an event.
    public init(key: String, name: String, at: WallTime) {
      self.key = key
      self.name = name
      self.at = at
    }
  }

  /// The platform.
  public var platform: Platform?
  /// The call's identifier.
  public var callSID: String?
  /// The stream's identifier.
  public var streamSID: String?
  /// The account's identifier.
  public var accountSID: String?
  /// The leg's identifier, on streams that were started through one.
  public var legSID: String?
  /// The caller's number in the platform's form.
  public var from: String?
  /// The called number in the platform's form.
  public var to: String?
  /// `bidirectional` or `unidirectional`.
  public var streamDirection: String?
  /// The parameters of `start`, those that look like a credential hidden.
  public var customParameters: [String: String]?
  /// How samples were written on the wire.
  public var encoding: String?
  /// The wire's rate in hertz.
  public var sampleRate: Int?
  /// The address and port that the platform connected from.
  public var peerAddress: String?
  /// When the socket was opened.
  public var connectedAt: WallTime?
  /// When `start` came.
  public var startedAt: WallTime?
  /// When the socket was closed.
  public var endedAt: WallTime?
  /// From `start`, or else from the opening, to the close, in milliseconds.
  public var durationMilliseconds: Int?
  /// The close code, 1005 for a close frame without one, 1006 for none.
  public var closeCode: Int?
  /// The close frame's reason.
  public var closeReason: String?
  /// Who closed the socket first.
  public var closedBy: StreamEvidence.Closer?
  /// Why the platform stopped the stream.
  public var stop: StreamStop?
  /// What the engine counted, by name.
  public var statistics: [String: Int]?
  /// The limits of the service level that the call's audio has passed, a line each; none where it was as
  /// it should be.
  public var shortfalls: [String]?
  /// What the platform sent that could not be used, by kind.
  public var refused: [String: Int]?
  /// What the platform says of the stream's and the call's end.
  public var outcome: PlatformOutcome?
  /// What was passed when the call was placed.
  public var customField: String?
  /// What callbacks say otherwise than the record, by the field's name in JSON: also claimed, perhaps
  /// by a stranger.
  public internal(set) var claims: [String: [String]] = [:]
  /// What was told, in the order in which it came.
  public internal(set) var events: [Event] = []

  /// Makes a record in which nothing is known.
  public init() {}

  /// When the call was first heard of.
  public var firstSeen: WallTime? {
    [connectedAt, startedAt, events.first?.at].compactMap(\.self).min()
  }

  /// What ended the call, whose side it was, and what to check.
  ///
  /// - Parameter platforms: explains the ends of its platforms' streams.
  /// - Returns: the diagnosis, in general words where the platform is not registered.
  public func diagnosis(by platforms: PlatformRegistry = .standard) -> StreamDiagnosis {
    let evidence = StreamEvidence(
      closeCode: closeCode, closeReason: closeReason, closer: closedBy ?? .unknown,
      hasStarted: startedAt != nil, stop: stop, durationMilliseconds: durationMilliseconds,
      mediaReceived: statistics?["inboundMessages"] ?? 0,
      mediaSent: statistics?["outboundMessages"] ?? 0, report: outcome?.report)
    return platforms.diagnosis(of: evidence, on: platform)
  }
}
