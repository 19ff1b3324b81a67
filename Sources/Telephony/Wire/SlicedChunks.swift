import AudioEngine

extension ChunkPolicy {
  /// Whole slices of 20 ms, the cadence of telephony, up to `maximumBytes`, for platforms that take any.
  ///
  /// A fifth of the lead is preferred. Between two messages the lead then swings by a fifth only, so
  /// four fifths of it hide the host's lateness, and there are no more messages than that takes: 25
  /// a second at a lead of 200 ms.
  static func slices(of format: WireFormat, lead: Duration, maximumBytes: Int) -> ChunkPolicy {
    let slice = max(format.byteCount(nanoseconds: 20_000_000), 1)
    let most = max(maximumBytes / slice, 1)
    let slices = min(max(lead.wholeMilliseconds / 5 / 20, 1), most)
    return ChunkPolicy(
      minimumBytes: slice, maximumBytes: most * slice, multipleBytes: slice,
      preferredBytes: slices * slice)
  }
}
