public import AudioEngine

extension ExotelCodec {
  /// Reads one message.
  public func decode(_ message: RawSpan) -> InboundEvent {
    .malformed(.notJSON)
  }

  /// Whether one of the first messages is Exotel's.
  static func recognise(_ message: RawSpan) -> PlatformRegistry.Recognition {
    .no
  }

  /// Announced rate, else the query's `sample-rate`, else 8 kHz.
  public func wireFormat(for start: StreamStart, query: URLQuery) -> WireFormat {
    WireFormat(
      start.mediaFormat.encoding ?? options.unnamedEncoding, start.mediaFormat.rate ?? .hz8000)
  }

  /// The query's `direction` where it names one, else ``ExotelOptions/direction``.
  public func direction(for start: StreamStart, query: URLQuery) -> StreamDirection {
    query["direction"].flatMap(StreamDirection.init(rawValue:)) ?? options.direction
  }
}
