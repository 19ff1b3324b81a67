/// The audio of one media message, of a size the platform's chunk policy allows.
///
/// Only the packetiser makes one. Its bytes stay in the session's queue;
/// ``MediaSession/appendBase64(of:to:)`` writes them into the message.
public struct LegalChunk: Hashable, Sendable {
  /// Payload bytes before base64, padding included; legal under the session's policy.
  public let byteCount: Int
  /// Bytes of silence at the end that pad the tail of an utterance.
  public let paddingByteCount: Int
  /// The utterance it belongs to.
  public let epoch: Epoch
  /// Whether it is the last of its utterance.
  public let endsUtterance: Bool
  /// Position of its first byte in the session's outgoing stream.
  let position: Int
  /// Position after its last byte of speech.
  var audioEnd: Int { position + byteCount - paddingByteCount }

  init(
    audio: Range<Int>, paddingByteCount: Int, epoch: Epoch, endsUtterance: Bool,
    policy: ChunkPolicy
  ) {
    self.endsUtterance = endsUtterance
    self.byteCount = audio.count + paddingByteCount
    self.paddingByteCount = paddingByteCount
    self.epoch = epoch
    self.position = audio.lowerBound
    precondition(
      policy.isLegal(byteCount: byteCount), "the packetiser made a chunk of \(byteCount) bytes")
  }
}

/// One message to the platform.
public enum Outbound: Hashable, Sendable {
  /// Drop everything received and not yet played.
  case clear
  /// Audio to play.
  case media(LegalChunk)
  /// Echo this name when everything before it has been played.
  case mark(name: String)
}
