public import Telephony

/// What a platform said of a stream's and its call's end beside the socket, in words that platforms
/// share and in its own.
public struct PlatformOutcome: Hashable, Sendable {
  /// One leg of the call.
  public struct Leg: Hashable, Sendable {
    /// How it ended, in the platform's word.
    public var status: String?
    /// Who answered it, in the platform's word.
    public var answeredBy: String?
    /// How long it was connected, in seconds.
    public var seconds: Int?

    /// Makes a leg.
    public init(status: String? = nil, answeredBy: String? = nil, seconds: Int? = nil) {
      self.status = status
      self.answeredBy = answeredBy
      self.seconds = seconds
    }
  }

  /// The stream's end, in the platform's word.
  public var status: String?
  /// Who ended the stream: `caller`, `bot`, `system`, or the platform's own word.
  public var disconnectedBy: String?
  /// What went wrong, in full, credentials taken out.
  public var error: String?
  /// The outcome's detail, in the platform's word.
  public var detailedStatus: String?
  /// The outcome's class, in the platform's word.
  public var disposition: String?
  /// How long the stream was up by the platform's clock, in seconds.
  public var durationSeconds: Int?
  /// What of it a diagnosis rests on.
  public var report: StreamReport?
  /// The whole call's end, in the platform's word.
  public var callStatus: String?
  /// The call's legs, in order.
  public var legs: [Leg]
  /// The recording's address, without what may open it.
  public var recordingURL: String?

  /// Makes an outcome of which nothing is known.
  public init() { legs = [] }

  /// Takes over everything that `newer` knows.
  mutating func merge(_ newer: PlatformOutcome) {
    status = newer.status ?? status
    disconnectedBy = newer.disconnectedBy ?? disconnectedBy
    error = newer.error ?? error
    detailedStatus = newer.detailedStatus ?? detailedStatus
    disposition = newer.disposition ?? disposition
    durationSeconds = newer.durationSeconds ?? durationSeconds
    report = newer.report ?? report
    callStatus = newer.callStatus ?? callStatus
    if !newer.legs.isEmpty { legs = newer.legs }
    recordingURL = newer.recordingURL ?? recordingURL
  }

  /// What holds for each of a call's streams.
  var ofWholeCall: PlatformOutcome {
    var whole = PlatformOutcome()
    whole.callStatus = callStatus
    whole.legs = legs
    whole.recordingURL = recordingURL
    return whole
  }

  /// Cuts every text: words by one rule, what went wrong by another.
  mutating func cut(_ word: (String) -> String, long: (String) -> String) {
    status = status.map(word)
    disconnectedBy = disconnectedBy.map(word)
    error = error.map(long)
    detailedStatus = detailedStatus.map(word)
    disposition = disposition.map(word)
    callStatus = callStatus.map(word)
    recordingURL = recordingURL.map(long)
    if let error = report?.error { report?.error = long(error) }
    legs = legs.prefix(16).map { leg in
      Leg(
        status: leg.status.map(word), answeredBy: leg.answeredBy.map(word), seconds: leg.seconds)
    }
  }
}
