/// A call that a server offers, and where its media link is to be opened.
///
/// Prints without numbers, address and token: the first are personal, the others let anybody in.
public struct AgenTaoOffer: Hashable, Sendable, CustomStringConvertible {
  /// The call's own identifier.
  public var callID: String
  /// The session it belongs to on the vendor's wire.
  public var sessionID: String?
  /// Who calls.
  public var caller: String
  /// The number that was called.
  public var callee: String
  /// Whether the connector's own side placed the call.
  public var isOutbound: Bool
  /// Where the media link is to be opened.
  package var mediaURL: String
  /// What opens it.
  package var mediaToken: Secret?

  /// Makes an offer.
  package init(
    callID: String, sessionID: String? = nil, caller: String = "", callee: String = "",
    isOutbound: Bool = false, mediaURL: String, mediaToken: Secret?
  ) {
    self.callID = callID
    self.sessionID = sessionID
    self.caller = caller
    self.callee = callee
    self.isOutbound = isOutbound
    self.mediaURL = mediaURL
    self.mediaToken = mediaToken
  }

  /// The call's identifier alone.
  public var description: String { "call \(callID)" }
}
