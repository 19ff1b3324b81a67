package import Telephony

// A record as JSON: how it is stored, and how `sidetone calls --json` shows it.
extension CallRecord {
  /// The record as an object. What callbacks said stands there twice: as they said it in `passthru`
  /// and `statusCallback`, and where a reader looks for it.
  package var jsonValue: JSONValue {
    let diagnosis = self.diagnosis
    var object = JSONMembers()
    object.add("platform", platform?.name)
    object.add("callSid", callSID)
    object.add("streamSid", streamSID)
    object.add("accountSid", accountSID)
    object.add("legSid", legSID)
    object.add("from", from)
    object.add("to", to)
    object.add("streamDirection", streamDirection)
    object.add("customParameters", customParameters.map(JSONMembers.object))
    object.add("encoding", encoding)
    object.add("sampleRate", sampleRate)
    object.add("peerAddress", peerAddress)
    object.add("connectedAt", connectedAt?.description)
    object.add("startedAt", startedAt?.description)
    object.add("endedAt", endedAt?.description)
    object.add("durationMs", durationMilliseconds)
    object.add("closeCode", closeCode)
    object.add("closeReason", closeReason)
    object.add("closedBy", closedBy?.rawValue)
    object.add("stopReason", stop?.reason.rawValue)
    object.add("stopText", stop?.text)
    object.add("status", outcome?.status?.word ?? status?.status)
    object.add("disconnectedBy", outcome?.disconnectedBy?.word)
    object.add("error", outcome?.error)
    object.add("disposition", outcome?.disposition)
    object.add("detailedStatus", outcome?.detailedStatus)
    object.add("recordingUrl", outcome?.recordingURL ?? status?.recordingURL)
    object.add("customField", customField)
    object.add("verdict", diagnosis.verdict.rawValue)
    object.add("side", diagnosis.side.rawValue)
    object.add("cause", diagnosis.cause)
    object.add("checks", JSONValue.array(diagnosis.checks.map { .string($0) }))
    object.add("statistics", statistics.map(JSONMembers.object))
    object.add("shortfalls", shortfalls.map { JSONValue.array($0.map { .string($0) }) })
    object.add("refused", refused.map(JSONMembers.object))
    object.add("passthru", outcome?.jsonValue)
    object.add("statusCallback", status?.jsonValue)
    object.add("events", JSONValue.array(events.map(\.jsonValue)))
    return .object(object.members)
  }

  /// Reads what ``jsonValue`` made. Fields that are missing or of another kind are nil, so that a record
  /// of another version can be read as far as it goes.
  package init(_ json: JSONValue) {
    self.init()
    platform = json["platform"]?.text.map(Platform.init(name:))
    callSID = json["callSid"]?.text
    streamSID = json["streamSid"]?.text
    accountSID = json["accountSid"]?.text
    legSID = json["legSid"]?.text
    from = json["from"]?.text
    to = json["to"]?.text
    streamDirection = json["streamDirection"]?.text
    customParameters = json["customParameters"]?.members?.compactMapValues(\.text)
    encoding = json["encoding"]?.text
    sampleRate = json["sampleRate"]?.integer
    peerAddress = json["peerAddress"]?.text
    connectedAt = json["connectedAt"]?.text.flatMap { WallTime($0) }
    startedAt = json["startedAt"]?.text.flatMap { WallTime($0) }
    endedAt = json["endedAt"]?.text.flatMap { WallTime($0) }
    durationMilliseconds = json["durationMs"]?.integer
    closeCode = json["closeCode"]?.integer
    closeReason = json["closeReason"]?.text
    closedBy = json["closedBy"]?.text.flatMap(StreamEvidence.Closer.init)
    stop = json["stopReason"]?.text.flatMap(StreamStop.Reason.init).map {
      StreamStop(reason: $0, text: json["stopText"]?.text ?? "")
    }
    statistics = json["statistics"]?.members?.compactMapValues(\.integer)
    if case .array(let lines)? = json["shortfalls"] { shortfalls = lines.compactMap(\.text) }
    refused = json["refused"]?.members?.compactMapValues(\.integer)
    customField = json["customField"]?.text
    // Exotel's own shape, so its own reader takes it.
    outcome = json["passthru"].flatMap { passthru in
      guard passthru != .null else { return nil }
      let fields = JSONValue.object([.init("Stream", passthru)])
      return ExotelPassthru(CallbackFields(query: "", body: Array(fields.json.utf8))).stream
    }
    status = json["statusCallback"].flatMap { status in
      guard status != .null else { return nil }
      return ExotelStatusCallback(CallbackFields(query: "", body: Array(status.json.utf8)))
    }
    if case .array(let elements)? = json["events"] { events = elements.compactMap(Event.init) }
  }
}

extension CallRecord.Event {
  fileprivate var jsonValue: JSONValue {
    .object([
      .init("name", .string(name)), .init("at", .string(at.description)),
      .init("key", .string(key)),
    ])
  }

  fileprivate init?(_ json: JSONValue) {
    guard let name = json["name"]?.text, let key = json["key"]?.text,
      let at = json["at"]?.text.flatMap({ WallTime($0) })
    else { return nil }
    self.init(key: key, name: name, at: at)
  }
}

extension ExotelStreamOutcome {
  fileprivate var jsonValue: JSONValue {
    var object = JSONMembers()
    object.add("StreamSID", streamSID)
    object.add("Status", status?.word)
    object.add("Duration", durationSeconds)
    object.add("StreamUrl", streamURL)
    object.add("RecordingUrl", recordingURL)
    object.add("DisconnectedBy", disconnectedBy?.word)
    object.add("Error", error)
    object.add("DetailedStatus", detailedStatus)
    object.add("Disposition", disposition)
    return .object(object.members)
  }
}

extension ExotelStatusCallback {
  fileprivate var jsonValue: JSONValue {
    var object = JSONMembers()
    object.add("CallSid", callSID)
    object.add("EventType", eventType)
    object.add("Status", status)
    object.add("From", from)
    object.add("To", to)
    object.add("PhoneNumberSid", phoneNumberSID)
    object.add("Direction", direction)
    object.add("StartTime", startTime)
    object.add("EndTime", endTime)
    object.add("DateUpdated", dateUpdated)
    object.add("ConversationDuration", conversationSeconds)
    object.add("RecordingUrl", recordingURL)
    object.add("CustomField", customField)
    let legs = legs.map { leg in
      var object = JSONMembers()
      object.add("OnCallDuration", leg.onCallSeconds)
      object.add("Status", leg.status)
      object.add("AnsweredBy", leg.answeredBy)
      return JSONValue.object(object.members)
    }
    object.add("Legs", JSONValue.array(legs))
    return .object(object.members)
  }
}

/// Gathers an object's members; what is nil becomes `null`.
private struct JSONMembers {
  var members: [JSONValue.Member] = []

  mutating func add(_ name: String, _ value: JSONValue?) {
    members.append(.init(name, value ?? .null))
  }

  mutating func add(_ name: String, _ text: String?) {
    add(name, text.map { .string($0) })
  }

  mutating func add(_ name: String, _ number: Int?) {
    add(name, number.map { .number(String($0)) })
  }

  static func object(_ values: [String: String]) -> JSONValue {
    .object(values.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
  }

  static func object(_ values: [String: Int]) -> JSONValue {
    .object(values.sorted { $0.key < $1.key }.map { .init($0.key, .number(String($0.value))) })
  }
}

extension JSONValue {
  /// An object's members by name; nil of anything else.
  fileprivate var members: [String: JSONValue]? {
    guard case .object(let members) = self else { return nil }
    return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
  }
}
