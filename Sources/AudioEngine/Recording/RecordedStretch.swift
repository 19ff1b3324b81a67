/// A piece of a call's recording: both channels, and what is marked in them.
public struct RecordedStretch: Hashable, Sendable {
  /// Something that happened in the call, by its place in the recording.
  public struct Cue: Hashable, Sendable {
    /// Samples from the recording's start.
    public var position: Int
    /// What happened: a mark's name, or `interrupted`.
    public var label: String
  }

  /// Encoding and rate of both channels.
  public let wire: WireFormat
  /// Samples of each channel before this piece.
  public let start: Int
  /// What the caller said, in the wire's format.
  public let caller: [UInt8]
  /// What the caller heard of the bot, as many bytes.
  public let bot: [UInt8]
  /// What was marked since the piece before. A cue may lie in a piece that has gone or is to come.
  public let cues: [Cue]

  /// Samples of each channel.
  public var sampleCount: Int { caller.count / wire.encoding.bytesPerSample }

  /// How long it lasts.
  public var duration: Duration { .nanoseconds(wire.rate.nanoseconds(sampleCount: sampleCount)) }

  /// The samples of both channels in turns, caller first, for a file of two channels.
  ///
  /// - Complexity: O(n); allocates them.
  public var interleaved: [Int16] {
    let encoding = wire.encoding
    let left = encoding.samples(of: caller.span, in: 0..<caller.count)
    let right = encoding.samples(of: bot.span, in: 0..<bot.count)
    var both: [Int16] = []
    both.reserveCapacity(2 * left.count)
    for (left, right) in zip(left, right) {
      both.append(left)
      both.append(right)
    }
    return both
  }
}
