package import Telephony

// A record as JSON: how it is stored, and how `sidetone calls --json` shows it.
extension CallRecord {
  /// The record as an object, with its diagnosis by `platforms`.
  package func jsonValue(_ platforms: PlatformRegistry = .standard) -> JSONValue {
    let diagnosis = diagnosis(by: platforms)
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
    object.add("status", outcome?.status ?? outcome?.callStatus)
    object.add("disconnectedBy", outcome?.disconnectedBy)
    object.add("error", outcome?.error)
    object.add("disposition", outcome?.disposition)
    object.add("detailedStatus", outcome?.detailedStatus)
    object.add("recordingUrl", outcome?.recordingURL)
    object.add("customField", customField)
    object.add("verdict", diagnosis.verdict.rawValue)
    object.add("side", diagnosis.side.rawValue)
    object.add("cause", diagnosis.cause)
    object.add("checks", JSONValue.array(diagnosis.checks.map { .string($0) }))
    object.add("statistics", statistics.map(JSONMembers.object))
    object.add("shortfalls", shortfalls.map { JSONValue.array($0.map { .string($0) }) })
    object.add("refused", refused.map(JSONMembers.object))
    object.add("outcome", outcome?.jsonValue)
    object.add(
      "alsoClaimed",
      claims.isEmpty
        ? nil
        : .object(
          claims.sorted { $0.key < $1.key }.map { name, values in
            .init(name, .array(values.map { .string($0) }))
          }))
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
    outcome = PlatformOutcome(json)
    for (name, values) in json["alsoClaimed"]?.members ?? [:] {
      if case .array(let values) = values { claims[name] = values.compactMap(\.text) }
    }
    if case .array(let elements)? = json["events"] { events = elements.compactMap(Event.init) }
  }
}

extension CallRecord.Event {
  fileprivate var jsonValue: JSONValue {
    .object([
      .init("name", .string(name)), .init("at", .string(at.description)),
      .init("by", .string(isServers ? "server" : "callback")), .init("key", .string(key)),
    ])
  }

  fileprivate init?(_ json: JSONValue) {
    guard let name = json["name"]?.text, let key = json["key"]?.text,
      let at = json["at"]?.text.flatMap({ WallTime($0) })
    else { return nil }
    self.init(key: key, name: name, at: at)
    isServers = json["by"]?.text == "server"
  }
}

extension PlatformOutcome {
  fileprivate var jsonValue: JSONValue {
    var object = JSONMembers()
    object.add("status", status)
    object.add("durationSeconds", durationSeconds)
    object.add("callStatus", callStatus)
    if let report {
      var members = JSONMembers()
      members.add("verdict", report.verdict.rawValue)
      members.add("side", report.side.rawValue)
      members.add("error", report.error)
      members.add("isThrottled", .bool(report.isThrottled))
      members.add("hangupCode", report.hangupCode)
      object.add("report", .object(members.members))
    }
    let legs = legs.map { leg in
      var object = JSONMembers()
      object.add("status", leg.status)
      object.add("answeredBy", leg.answeredBy)
      object.add("seconds", leg.seconds)
      return JSONValue.object(object.members)
    }
    object.add("legs", JSONValue.array(legs))
    return .object(object.members)
  }

  /// Reads the outcome in a record; nil where there is none.
  fileprivate init?(_ record: JSONValue) {
    self.init()
    let own = record["outcome"]
    status = (own ?? record)["status"]?.text
    disconnectedBy = record["disconnectedBy"]?.text
    error = record["error"]?.text
    disposition = record["disposition"]?.text
    detailedStatus = record["detailedStatus"]?.text
    recordingURL = record["recordingUrl"]?.text
    durationSeconds = own?["durationSeconds"]?.integer
    callStatus = own?["callStatus"]?.text
    if let json = own?["report"] {
      report = StreamReport(
        verdict: json["verdict"]?.text.flatMap(StreamDiagnosis.Verdict.init) ?? .unknown,
        side: json["side"]?.text.flatMap(StreamDiagnosis.Side.init) ?? .unknown,
        error: json["error"]?.text, isThrottled: json["isThrottled"]?.text == "true",
        hangupCode: json["hangupCode"]?.integer)
    }
    if case .array(let legs)? = own?["legs"] {
      self.legs = legs.map {
        Leg(
          status: $0["status"]?.text, answeredBy: $0["answeredBy"]?.text,
          seconds: $0["seconds"]?.integer)
      }
    }
    if self == PlatformOutcome() { return nil }
    // A record of the first version has no report: its diagnosis, where a callback told of the end.
    if own == nil, record["passthru"] != nil, record["passthru"] != .null {
      report = StreamReport(
        verdict: record["verdict"]?.text.flatMap(StreamDiagnosis.Verdict.init) ?? .unknown,
        side: record["side"]?.text.flatMap(StreamDiagnosis.Side.init) ?? .unknown, error: error)
    }
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
