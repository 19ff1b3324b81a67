import AudioEngine
import BotTransport
import CallLog
import Foundation
import Telephony

/// One call in the window's list, in words that hold for many servers as well.
struct CallRow: Encodable, Sendable {
  let id: Int
  let platform: String
  /// Numbers with their middle hidden.
  let from: String
  let to: String
  let format: String
  /// In Unix milliseconds.
  var startedAt: Double
  var endedAt: Double?
  /// What its recording is called; nil where it has none.
  let recording: String?
  /// What its trace is called; nil while it lives, and where it has none.
  var trace: String?
  /// The socket's close code; nil while the call lives, and where the connection was lost.
  var closeCode: Int?
  /// What the caller could notice, a line each, by the default service level; none where all was well.
  var shortfalls: [String]?
  var figures: Figures?
  /// What ended it; nil while it lives, and where that is not known.
  var diagnosis: Diagnosis?

  /// A diagnosis in plain words.
  struct Diagnosis: Encodable, Sendable {
    let cause: String
    let side: String
    let checks: [String]

    init(_ diagnosis: StreamDiagnosis) {
      cause = diagnosis.cause
      side = diagnosis.side.rawValue
      checks = diagnosis.checks
    }
  }

  /// What the engine counted, as far as people ask for it.
  struct Figures: Encodable, Sendable {
    let messagesIn: Int
    let messagesOut: Int
    let underruns: Int
    let interruptions: Int
    let marks: Int
    let clears: Int
    let silenceMs: Double
    let lateMs: Double

    init(_ statistics: SessionStatistics) {
      messagesIn = statistics.inbound.messages
      messagesOut = statistics.outbound.messages
      underruns = statistics.outbound.underruns
      interruptions = statistics.outbound.interruptions
      marks = statistics.outbound.marks
      clears = statistics.outbound.clears
      silenceMs = statistics.outbound.insertedSilence.inMilliseconds.rounded()
      lateMs = statistics.outbound.lateness.quantile(0.99).inMilliseconds.rounded()
    }
  }

  init(
    id: Int, _ start: StreamStart, on platform: Platform?, _ format: WireFormat?,
    recording: String?
  ) {
    self.id = id
    self.recording = recording
    self.platform = platform?.name ?? ""
    from = Self.masked(start.from)
    to = Self.masked(start.to)
    self.format = format.map { "\($0)" } ?? ""
    startedAt = Self.now
  }

  mutating func end(
    _ statistics: SessionStatistics, _ code: UInt16?, _ record: CallRecord?, trace: String?
  ) {
    // A bot that keeps the pool busy has the rest of this wait.
    startedAt = record?.startedAt.map { Double($0.milliseconds) } ?? startedAt
    endedAt = record?.endedAt.map { Double($0.milliseconds) } ?? Self.now
    self.trace = trace
    diagnosis = record.map { Diagnosis($0.diagnosis()) }
    closeCode = code.map(Int.init)
    figures = Figures(statistics)
    shortfalls = ServiceLevel().shortfalls(in: statistics).map(\.description)
  }

  private static var now: Double { (Date().timeIntervalSince1970 * 1_000).rounded() }

  /// A record for people who are not to know whole numbers: what is passed on may be one as well.
  static func masked(_ record: CallRecord) -> CallRecord {
    var shown = record
    shown.from = record.from.map(masked)
    shown.to = record.to.map(masked)
    shown.customField = record.customField.map(masked)
    shown.customParameters = record.customParameters?.mapValues(masked)
    return shown
  }

  /// A number of which the ends alone are shown.
  static func masked(_ number: String?) -> String {
    guard let number, number.count > 6 else { return number == nil ? "" : "..." }
    return number.prefix(3) + "..." + number.suffix(2)
  }
}
