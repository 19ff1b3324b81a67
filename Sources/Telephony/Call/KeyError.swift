/// Why ``CallSession/press(_:)`` sends nothing.
public enum KeyError: Error, Hashable, Sendable {
  /// The stream has not started, is over, or is one-way.
  case notSpeaking
  /// The text is empty, longer than 64 keys, or holds something that is no key.
  case noKeys
  /// The platform has no message for keys.
  case unsupported
  /// Too many wait already: the socket takes nothing.
  case tooMany
}
