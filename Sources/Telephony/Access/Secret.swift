/// A token that a peer must show. Compares in constant time and prints as a mark.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  private let bytes: [UInt8]

  /// Makes a secret, or nil of an empty text, which everybody knows.
  public init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    bytes = Array(text.utf8)
  }

  /// Whether `candidate` is the secret. Takes the same time for every candidate of one length, and no
  /// more for a longer one than the secret itself is long.
  public func matches(_ candidate: String) -> Bool {
    // One more, so that a longer one is told from its beginning.
    matches(Array(candidate.utf8.prefix(bytes.count + 1)))
  }

  private func matches(_ candidate: [UInt8]) -> Bool {
    var difference = UInt8(candidate.count == bytes.count ? 0 : 1)
    // Each candidate's byte is looked at, whatever was found before.
    for (index, byte) in candidate.enumerated() { difference |= byte ^ bytes[index % bytes.count] }
    return difference == 0
  }

  /// The secret as it was given, for the one header that carries it. Not to be printed or kept.
  package var revealed: String { String(decoding: bytes, as: UTF8.self) }

  /// ``Redaction/mark``.
  public var description: String { Redaction.mark }
  /// ``Redaction/mark``.
  public var debugDescription: String { Redaction.mark }
}
