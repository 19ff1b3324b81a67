public import AudioEngine

extension Platform {
  /// Exotel AgentStream: the Voicebot and Stream applets, the Connect API and the Legs API.
  public static let exotel = Platform(name: "exotel")
}

/// What an operator may set about Exotel streams. The defaults follow the documents.
public struct ExotelOptions: Hashable, Sendable {
  /// Which payload sizes are sent.
  public enum ChunkSizes: String, Hashable, Sendable, CaseIterable {
    /// 3,200 to 100,000 bytes in multiples of 320, as documented.
    case documented
    /// From 20 ms up, for operators who have tested that theirs plays it: `clear` bites sooner.
    case relaxed
  }

  /// Which payload sizes are sent.
  public var chunkSizes: ChunkSizes
  /// Whether media messages carry `chunk` and `timestamp`; some Connect streams are reported to
  /// have ended early without them.
  public var sendsMediaCounters: Bool
  /// The encoding of streams whose `start` names none, for a route on which Legs streams arrive.
  public var unnamedEncoding: AudioEncoding
  /// Which way audio goes where the query does not say; `start` never does.
  public var direction: StreamDirection

  /// Makes options.
  public init(
    chunkSizes: ChunkSizes = .documented, sendsMediaCounters: Bool = false,
    unnamedEncoding: AudioEncoding = .linear16, direction: StreamDirection = .bidirectional
  ) {
    self.chunkSizes = chunkSizes
    self.sendsMediaCounters = sendsMediaCounters
    self.unnamedEncoding = unnamedEncoding
    self.direction = direction
  }

  /// The payload sizes for a stream of `format`.
  ///
  /// Documented: 3,200 to 99,840 bytes (100,000 is no multiple of 320), preferring 200 ms at 8 kHz and
  /// 100 ms at 16 and 24 kHz. The documents speak of linear audio only; mu-law and A-law keep the
  /// very same bytes, since a payload of 3,200 (400 ms) satisfies the rule whether it was meant in
  /// bytes or in milliseconds.
  ///
  /// Relaxed: whole 20 ms slices of the stream's own rate from one slice up, preferring the fewest
  /// that reach 1,600 bytes (800 in G.711), the smallest size that Exotel's own samples send.
  public func chunkPolicy(for format: WireFormat) -> ChunkPolicy {
    switch chunkSizes {
    case .documented:
      return ChunkPolicy(
        minimumBytes: 3_200, maximumBytes: 100_000, multipleBytes: 320,
        preferredBytes: format == WireFormat(.linear16, .hz24000) ? 4_800 : 3_200)
    case .relaxed:
      let slice = max(format.byteCount(nanoseconds: 20_000_000), 1)
      let least = format.encoding == .linear16 ? 1_600 : 800
      return ChunkPolicy(
        minimumBytes: slice, maximumBytes: 100_000, multipleBytes: slice,
        preferredBytes: (least + slice - 1) / slice * slice)
    }
  }
}
