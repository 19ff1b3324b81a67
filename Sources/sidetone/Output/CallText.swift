import BotTransport
import CallLog
import Telephony

/// Records of the call log as people read them.
enum CallText {
  /// A line for each call, newest first.
  static func table(_ records: [CallRecord]) -> String {
    guard !records.isEmpty else { return "no calls" }
    let heading = ["first seen (UTC)", "call", "from", "seconds", "close", "status", "verdict"]
    return TextTable.lines([heading] + records.map(cells))
  }

  private static func cells(_ record: CallRecord) -> [String] {
    let diagnosis = record.diagnosis()
    let status = record.outcome?.status ?? record.outcome?.callStatus
    return [
      record.firstSeen.map { String($0.description.prefix(19)) } ?? "-",
      plain(record.callSID ?? record.streamSID ?? "-"), plain(record.from ?? "-"),
      record.durationMilliseconds.map(seconds) ?? "-", record.closeCode.map(String.init) ?? "-",
      plain(status ?? "-"), "\(diagnosis.verdict.rawValue) (\(diagnosis.side.rawValue))",
    ]
  }

  /// One call, explained.
  static func page(_ record: CallRecord) -> String {
    let diagnosis = record.diagnosis()
    var lines = ["call \(plain(record.callSID ?? "without a name"))"]
    func add(_ name: String, _ text: String?) {
      if let text, !text.isEmpty { lines.append("  \(name.padded(to: 16))\(plain(text))") }
    }
    add("what ended it", diagnosis.cause)
    add("whose side", side(diagnosis.side))
    add("verdict", diagnosis.verdict.rawValue)
    for (index, check) in diagnosis.checks.enumerated() {
      add(index == 0 ? "what to check" : "", "- \(check)")
    }
    lines.append("")
    add("stream", record.streamSID)
    add("platform", record.platform?.name)
    add("from", record.from)
    add("to", record.to)
    add("format", format(record))
    add("started", record.startedAt?.description)
    add("ended", record.endedAt?.description)
    add("lasted", record.durationMilliseconds.map { seconds($0) + " s" })
    add("close code", close(record))
    add("stop", record.stop.map { $0.text.isEmpty ? $0.reason.rawValue : $0.text })
    add("told status", record.outcome?.status)
    add("disconnected by", record.outcome?.disconnectedBy)
    add("error", record.outcome?.error)
    add("detailed status", record.outcome?.detailedStatus)
    add("disposition", record.outcome?.disposition)
    add("call status", record.outcome?.callStatus)
    for (index, leg) in (record.outcome?.legs ?? []).enumerated() {
      let words = [leg.status, leg.answeredBy, leg.seconds.map { "\($0) s" }]
      add("leg \(index + 1)", words.compactMap(\.self).joined(separator: ", "))
    }
    add("recording", record.outcome?.recordingURL)
    add("custom field", record.customField)
    for (name, values) in record.claims.sorted(by: { $0.key < $1.key }) {
      add("also claimed", "\(name)=\(values.joined(separator: ", "))")
    }
    add("parameters", pairs(record.customParameters))
    if let shortfalls = record.shortfalls {
      add("audio", shortfalls.isEmpty ? "as it should be" : shortfalls.joined(separator: "; "))
    }
    add("engine", pairs(record.statistics?.filter { $0.value != 0 }))
    add("refused input", pairs(record.refused))
    for event in record.events { add("told", "\(event.at)  \(event.name)") }
    return lines.joined(separator: "\n")
  }

  private static func side(_ side: StreamDiagnosis.Side) -> String {
    switch side {
    case .caller: "the caller's"
    case .bot: "the bot's, its server's, or what stands in front of it"
    case .platform: "the platform's"
    case .network: "the way between platform and bot"
    case .unknown: "not known"
    }
  }

  private static func format(_ record: CallRecord) -> String? {
    guard let encoding = record.encoding, let rate = record.sampleRate else { return nil }
    return "\(encoding) \(rate) Hz, \(record.streamDirection ?? "direction not known")"
  }

  private static func close(_ record: CallRecord) -> String? {
    guard let code = record.closeCode else { return nil }
    let closer = record.closedBy.flatMap { $0 == .unknown ? nil : " by the \($0.rawValue)" } ?? ""
    return "\(code)\(closer)" + (record.closeReason.map { " (\($0))" } ?? "")
  }

  private static func pairs(_ values: [String: some CustomStringConvertible]?) -> String? {
    values.map { $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }?
      .joined(separator: " ")
  }

  private static func seconds(_ milliseconds: Int) -> String {
    "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100)"
  }

  /// A stranger's words on one line; ``Console`` takes out what a terminal may obey.
  private static func plain(_ text: String) -> String {
    String(text.map { $0.isNewline || $0 == "\t" ? "?" : $0 })
  }
}
