/// Which payload sizes a platform takes in one media message, as data.
///
/// A size is legal when it lies in `minimumBytes...maximumBytes` and is a multiple of
/// `multipleBytes`. Only the packetiser makes a ``LegalChunk``, and only of sizes for which
/// ``isLegal(byteCount:)`` holds, so an illegal message cannot be expressed.
public struct ChunkPolicy: Hashable, Sendable {
  /// The smallest payload, in bytes before base64; a multiple of `multipleBytes`.
  public let minimumBytes: Int
  /// The largest payload, in bytes before base64; a multiple of `multipleBytes`.
  public let maximumBytes: Int
  /// Each payload is a whole multiple of this.
  public let multipleBytes: Int
  /// What the packetiser sends when it may choose.
  public let preferredBytes: Int
  /// The last chunk of an utterance is padded to a multiple of this: a platform that plays in frames
  /// would hold a part of one back. No rule of legality, which a tight ``MediaSession/allowance`` may
  /// leave unmet.
  public let tailMultipleBytes: Int

  /// Makes a policy.
  ///
  /// Traps when the sizes contradict each other: a policy is a constant of a platform's code, and
  /// no call could be carried with one that allows nothing. `minimumBytes` is rounded up and
  /// `maximumBytes` down to a multiple of `multipleBytes`.
  public init(
    minimumBytes: Int, maximumBytes: Int, multipleBytes: Int, preferredBytes: Int? = nil,
    tailMultipleBytes: Int? = nil
  ) {
    precondition(multipleBytes > 0, "a chunk policy needs multipleBytes > 0")
    let minimum =
      (max(minimumBytes, 1) + multipleBytes - 1) / multipleBytes * multipleBytes
    let maximum = maximumBytes / multipleBytes * multipleBytes
    precondition(
      minimum <= maximum,
      "a chunk policy of \(minimumBytes) to \(maximumBytes) bytes holds no multiple of \(multipleBytes)"
    )
    let preferred = preferredBytes ?? minimum
    precondition(
      preferred >= minimum && preferred <= maximum && preferred % multipleBytes == 0,
      "preferredBytes \(preferred) is not legal under the policy itself")
    let tail = tailMultipleBytes ?? multipleBytes
    precondition(
      tail > 0 && tail % multipleBytes == 0 && tail <= maximum,
      "tailMultipleBytes \(tail) is not legal under the policy itself")
    self.tailMultipleBytes = tail
    self.minimumBytes = minimum
    self.maximumBytes = maximum
    self.multipleBytes = multipleBytes
    self.preferredBytes = preferred
  }

  /// Whether a media message may carry a payload of `byteCount` bytes.
  public func isLegal(byteCount: Int) -> Bool {
    byteCount >= minimumBytes && byteCount <= maximumBytes && byteCount % multipleBytes == 0
  }
}
