public import AudioEngine

/// What a platform says of a stream when it begins.
///
/// Everything is kept as it came: identifiers are opaque and numbers are not normalised.
public struct StreamStart: Hashable, Sendable {
  /// The stream's identifier; nil where the platform gave none (the stream still runs).
  public var streamSID: String?
  /// The call's identifier, the one that callbacks and the REST API use.
  public var callSID: String?
  /// The account's identifier.
  public var accountSID: String?
  /// The leg's identifier, on streams that were started through a leg.
  public var legSID: String?
  /// The number that the platform calls the caller's, in the platform's own form.
  public var from: String?
  /// The number that the platform calls the called one, in the platform's own form.
  public var to: String?
  /// The parameters that were put on the stream when it was configured. At most 64 pairs are kept.
  ///
  /// They may carry a credential: never log their values.
  public var customParameters: [String: String]
  /// The parameters as they came, where the platform sends them as one text; the same care applies.
  public var customText: String?
  /// The tracks that the platform says it will send; empty where it does not say.
  public var tracks: [Track]
  /// What the platform says of its audio.
  public var mediaFormat: AnnouncedFormat
  /// The platform's count of messages, where it gives one.
  public var sequenceNumber: Int?

  /// Makes a start; everything a platform may leave out has a default.
  public init(
    streamSID: String? = nil, callSID: String? = nil, accountSID: String? = nil,
    legSID: String? = nil, from: String? = nil, to: String? = nil,
    customParameters: [String: String] = [:], customText: String? = nil, tracks: [Track] = [],
    mediaFormat: AnnouncedFormat = AnnouncedFormat(), sequenceNumber: Int? = nil
  ) {
    self.streamSID = streamSID
    self.callSID = callSID
    self.accountSID = accountSID
    self.legSID = legSID
    self.from = from
    self.to = to
    self.customParameters = customParameters
    self.customText = customText
    self.tracks = tracks
    self.mediaFormat = mediaFormat
    self.sequenceNumber = sequenceNumber
  }
}

/// A stream's audio format as the platform announced it, before any default is applied.
public struct AnnouncedFormat: Hashable, Sendable {
  /// The encoding's label as it came, such as `base64` or `audio/x-mulaw`.
  public var encodingLabel: String?
  /// The encoding, where the label names one; nil where it says nothing of use, or names another.
  public var encoding: AudioEncoding?
  /// The rate's label as it came, such as `8kHz`.
  public var rateLabel: String?
  /// The rate, where the label could be read; it may be outside 8, 16 and 24 kHz.
  public var rate: SampleRate?
  /// The channels, where the platform counts them. More than one cannot be carried.
  public var channels: Int?

  /// Makes an announcement.
  public init(
    encodingLabel: String? = nil, encoding: AudioEncoding? = nil, rateLabel: String? = nil,
    rate: SampleRate? = nil, channels: Int? = nil
  ) {
    self.encodingLabel = encodingLabel
    self.encoding = encoding
    self.rateLabel = rateLabel
    self.rate = rate
    self.channels = channels
  }
}
