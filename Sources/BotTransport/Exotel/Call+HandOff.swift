import Ground

/// Why a call cannot be handed over.
public enum HandOffError: Error, Hashable, Sendable {
  /// Its platform asks nobody where the call goes on, or has not named the call.
  case noBranches
  /// It has ended.
  case ended
}

extension Call {
  /// Ends the stream, so that the flow goes on at its Passthru applet, which is answered with `branch`: this
  /// is how a bot hands its caller to a person. What waits to be said is dropped: await it first.
  ///
  /// The answer is ``ExotelEndpoints``', of this server or one
  /// among its ``ServerConfiguration/peers``, and goes before ``ExotelEndpoints/chooseBranch``. It stays the
  /// same however often the applet asks.
  ///
  /// - Throws: ``HandOffError``, where nothing was changed.
  public func handOff(to branch: ExotelEndpoints.Branch) throws(HandOffError) {
    guard !isOver else { throw .ended }
    guard platform == .exotel, let callSID = start.callSID else { throw .noBranches }
    configuration.notices.noteHandOff(to: branch.rawValue, of: callSID)
    hangUp(reason: "handed over")
  }
}
