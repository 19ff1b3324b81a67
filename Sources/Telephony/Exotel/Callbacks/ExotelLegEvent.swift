/// An event of the Legs API, delivered over HTTPS as JSON.
///
/// Any 2xx acknowledges it and the answer's body is ignored; equal ``eventSID``s are one event. What
/// to do next is a new API call. Source: https://developer.exotel.com/docs/exoml/event-endpoint.
public struct ExotelLegEvent: Hashable, Sendable {
  /// What happened, by the event's name alone: pages disagree on the type it is filed under.
  public enum Kind: Hashable, Sendable {
    /// The leg is being set up.
    case connecting
    /// The other end rings.
    case ringing
    /// The other end answered: start the stream and the greeting now, in parallel.
    case answered
    /// The leg is over.
    case terminated
    /// The leg could not be made.
    case failedToCreate
    /// Exotel is connecting to the bot.
    case streamInitiated
    /// The bot's socket is up: stop the greeting now.
    case streamStarted
    /// The stream was stopped.
    case streamStopped
    /// The stream could not be made. No name is published; any `stream_` name with a failure is taken.
    case streamFailed
    /// Speech or a file began to play.
    case playbackStarted
    /// Speech or a file was played to its end.
    case playbackCompleted
    /// Speech or a file was stopped, or could not be started.
    case playbackInterrupted
    /// Any other name.
    case other
  }

  /// The event's identifier, the same in every attempt to deliver it.
  public var eventSID: String?
  /// The event's name as it came.
  public var name: String
  /// The event's name, classified.
  public var kind: Kind
  /// ISO 8601 in UTC, as it came.
  public var timestamp: String?
  /// The action that the event belongs to.
  public var actionSID: String?
  /// What we passed with the action.
  public var customParameter: String?
  /// The leg.
  public var legSID: String?
  /// The account.
  public var accountSID: String?
  /// The other end.
  public var contactURI: String?
  /// Our number.
  public var exophone: String?
  /// The leg's state.
  public var legState: String?
  /// The stream, on stream events.
  public var streamSID: String?
  /// Why, on failures and ends: of at most 200 characters, credentials taken out. No page names the
  /// field; the likely ones are read.
  public var reason: String?

  /// Reads an event, or returns nil where the fields name none.
  public init?(_ fields: CallbackFields) {
    guard let name = fields["eventname"] else { return nil }
    self.name = ASCII.prefix(name, 64)
    kind = Self.kind(of: name)
    eventSID = fields["eventsid"]
    timestamp = fields["eventtimestamp"]
    actionSID = fields["actionsid"]
    customParameter = fields.first("actioncustomparameter", "data.customparam")
    legSID = fields["data.legsid"]
    accountSID = fields["data.accountsid"]
    contactURI = fields["data.contacturi"]
    exophone = fields["data.exophone"]
    legState = fields["data.state"]
    streamSID = fields.first("eventdata.data.streamsid", "eventdata.streamsid")
    reason = fields.first(
      "eventdata.data.detailedstatus", "eventdata.data.reason", "eventdata.data.error",
      "eventdata.data.cause", "data.reason"
    ).map { Redaction.text(ASCII.prefix($0, 200)) }
  }

  private static func kind(of name: String) -> Kind {
    let name = name.lowercased()
    switch name {
    case "leg_connecting": return .connecting
    case "leg_ringing": return .ringing
    case "leg_answered": return .answered
    case "leg_terminated": return .terminated
    case "leg_failed_to_create": return .failedToCreate
    case "stream_initiated": return .streamInitiated
    case "stream_started": return .streamStarted
    case "stream_stopped": return .streamStopped
    case "say_started", "play_started": return .playbackStarted
    case "say_completed", "play_completed": return .playbackCompleted
    case "say_interrupted", "play_interrupted", "play_failed_to_start": return .playbackInterrupted
    default:
      let isFailure = name.contains("fail") || name.contains("error")
      return name.hasPrefix("stream_") && isFailure ? .streamFailed : .other
    }
  }
}
