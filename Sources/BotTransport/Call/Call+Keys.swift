public import Telephony

/// Pressing keys.
extension Call {
  /// Asks the platform to press keys towards the caller's end, where it can: Plivo.
  ///
  /// They leave at once, beside speech that waits. Await an utterance's end first where the order
  /// matters, and press one by one where the far end needs pauses.
  ///
  /// - Parameter keys: 1 to 64 of `0` to `9`, `*`, `#`, `A` to `D`.
  /// - Throws: ``KeyError``, why nothing will be sent.
  public func press(_ keys: String) throws(KeyError) {
    try session.press(keys)
    schedule()
  }
}
