public import Telephony

/// Where the events of legs come from.
///
/// Over HTTPS they come to `/exotel/events` of a server (`ExotelEndpoints.onLegEvent`), which fills
/// the stream of an ``ExotelLegEventFeed``. Exotel's own documents also name `grpc://` endpoints; the service that is
/// called there is described to its customers alone, so whoever has that description makes a source of
/// their own out of it.
public protocol ExotelLegEventSource: Sendable {
  /// What Exotel is told as `leg_event_endpoint`.
  var endpoint: String { get }
  /// The events as they come: of any leg, in any order, some of them twice. For one reader.
  var events: AsyncStream<ExotelLegEvent> { get }
}

/// Events that somebody hands over as they arrive.
public struct ExotelLegEventFeed: ExotelLegEventSource {
  /// What Exotel is told as `leg_event_endpoint`.
  public let endpoint: String
  /// The events as they come.
  public let events: AsyncStream<ExotelLegEvent>

  /// Makes a feed of events that arrive at `endpoint`; bound their stream's buffer.
  public init(endpoint: String, events: AsyncStream<ExotelLegEvent>) {
    self.endpoint = endpoint
    self.events = events
  }
}
