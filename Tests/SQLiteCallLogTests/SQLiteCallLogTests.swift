import CallLog
import Foundation
import Glibc
import Telephony
import TestSupport
import Testing

@testable import SQLiteCallLog

@Suite("call log in SQLite") struct SQLiteCallLogTests {
  private let scratch: Scratch

  private var path: String { scratch.file("calls.db").path }

  init() throws { scratch = try Scratch() }

  private static func full() -> CallRecord {
    var record = CallRecord()
    record.platform = .exotel
    record.callSID = "c1"
    record.streamSID = "s1"
    record.accountSID = "acmevoice1"
    record.legSID = "leg"
    record.from = "0981\u{0}\"\\\u{1F600}"
    record.to = "2"
    record.streamDirection = "bidirectional"
    record.customParameters = ["ref": "c-8817", "camel_Case": "x"]
    record.encoding = "linear16"
    record.sampleRate = 8_000
    record.peerAddress = "127.0.0.1:1"
    record.connectedAt = WallTime(milliseconds: 1_000)
    record.startedAt = WallTime(milliseconds: 2_000)
    record.endedAt = WallTime(milliseconds: 9_001)
    record.durationMilliseconds = 7_001
    record.closeCode = 1006
    record.closeReason = "lost"
    record.closedBy = .unknown
    record.stop = StreamStop(reason: .stopped, text: "stopped")
    record.statistics = ["inboundMessages": 5]
    record.refused = ["notJSON": 1]
    record.customField = "f"
    return record
  }

  private func event(
    _ key: String, _ record: CallRecord, at: Int64 = 5, _ origin: CallLogEvent.Origin = .server
  ) -> CallLogEvent {
    CallLogEvent(
      .init(key: key, name: "n", at: WallTime(milliseconds: at)), origin: origin, facts: record)
  }

  @Test("keeps a record as it is, over a restart, and reads it while it is written")
  func roundTrip() async throws {
    var expected = Self.full()
    var told = CallRecord()
    told.streamSID = "s1"
    var outcome = PlatformOutcome()
    outcome.status = "failed"
    outcome.disconnectedBy = "system"
    outcome.error = "3009 no such host"
    outcome.durationSeconds = 7
    outcome.disposition = "x"
    outcome.callStatus = "busy"
    outcome.legs = [.init(status: "busy", answeredBy: "human", seconds: 3)]
    outcome.report = StreamReport(verdict: .failed, side: .bot, error: "e", hangupCode: 4000)
    told.outcome = outcome
    let events = [event("a", expected), event("told", told, .callback)]
    do {
      let log = try SQLiteCallLog(path: path)
      #expect(try await log.write(events).isEmpty)
    }
    for event in events { #expect(expected.take(event) == .joined) }
    let log = try SQLiteCallLog(path: path)
    let reader = try SQLiteCallLog(path: path, isReadOnly: true)
    for sid in ["c1", "s1"] { #expect(try await reader.records(of: sid) == [expected]) }
    #expect(try await reader.records(of: "c2").isEmpty)
    #expect(try await log.write([event("a", expected), event("b", expected)]).isEmpty)
    #expect(try await reader.records(of: "c1").first?.events.map(\.key) == ["a", "told", "b"])
    #expect(try await reader.knows(anyOf: ["no", "s1"]))
    #expect(try await reader.knows(anyOf: ["no"]) == false)
  }

  @Test("joins what came without the call's name by the stream's")
  func byStream() async throws {
    let log = try SQLiteCallLog(path: path)
    var leg = CallRecord()
    leg.streamSID = "s1"
    leg.legSID = "leg"
    var socket = CallRecord()
    socket.callSID = "c1"
    socket.streamSID = "s1"
    _ = try await log.write([event("leg", leg, .callback), event("stream", socket)])
    let records = try await log.records(of: "c1")
    #expect(records.map(\.legSID) == ["leg"])
    #expect(try await log.records(since: nil, limit: 10).count == 1)
  }

  @Test("lists the newest first, from a time on")
  func lists() async throws {
    let log = try SQLiteCallLog(path: path)
    _ = try await log.write(
      (1...5).map { number in
        var record = CallRecord()
        record.callSID = "c\(number)"
        return event("k", record, at: Int64(number) * 1_000, .callback)
      })
    #expect(try await log.records(since: nil, limit: 2).map(\.callSID) == ["c5", "c4"])
    let since = WallTime(milliseconds: 4_000)
    #expect(try await log.records(since: since, limit: 9).map(\.callSID) == ["c5", "c4"])
  }

  @Test("refuses what is no call log, or a newer one, and leaves it alone")
  func refuses() throws {
    try Data("this is a letter, not a database".utf8).write(to: URL(fileURLWithPath: path))
    #expect(unsafe chmod(path, 0o644) == 0)
    #expect(throws: CallLogError.self) { try SQLiteCallLog(path: path) }
    #expect(throws: CallLogError.self) { try SQLiteCallLog(path: path, isReadOnly: true) }
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o644)
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("this is a letter"))
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: CallLogError.self) { try SQLiteCallLog(path: path, isReadOnly: true) }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(throws: CallLogError.self) { try SQLiteCallLog(path: path + "/no/such/folder") }
    do {
      let other = try SQLiteDatabase(path: path, isReadOnly: false)
      try other.run("CREATE TABLE letters (text); PRAGMA user_version = 0")
    }
    #expect(throws: CallLogError.notALog(path: path)) { try SQLiteCallLog(path: path) }
    do {
      let other = try SQLiteDatabase(path: path, isReadOnly: false)
      try other.run("PRAGMA user_version = 99")
    }
    #expect(throws: CallLogError.newerSchema(path: path, version: 99)) {
      try SQLiteCallLog(path: path)
    }
  }

  @Test("leaves out an event that can never be written, and writes the rest of its batch")
  func refusedEvent() async throws {
    let log = try SQLiteCallLog(path: path)
    let other = try SQLiteDatabase(path: path, isReadOnly: false)
    try other.run(
      "CREATE TRIGGER refuse BEFORE INSERT ON calls WHEN new.call_sid = 'bad' "
        + "BEGIN SELECT raise(ABORT, 'refused'); END")
    var bad = CallRecord()
    bad.callSID = "bad"
    let leftOut = try await log.write([event("b", bad), event("a", Self.full())])
    #expect(leftOut == [0])
    #expect(try await log.records(since: nil, limit: 9).map(\.callSID) == ["c1"])
  }

  @Test("takes over a file of the first version, and reads it as it is")
  func firstVersion() async throws {
    do {
      let old = try SQLiteDatabase(path: path, isReadOnly: false)
      try old.run(
        """
        CREATE TABLE calls (id INTEGER PRIMARY KEY, platform TEXT, call_sid TEXT, stream_sid TEXT,
          first_seen INTEGER NOT NULL, started_at INTEGER, record TEXT NOT NULL);
        CREATE INDEX calls_by_call ON calls (call_sid);
        CREATE INDEX calls_by_stream ON calls (stream_sid);
        CREATE INDEX calls_by_time ON calls (first_seen);
        INSERT INTO calls (call_sid, stream_sid, first_seen, started_at, record) VALUES
          ('c1', 's1', 5, 5, '{"callSid":"c1","streamSid":"s1","status":"cancelled",'
            || '"verdict":"completed","side":"caller","passthru":{"Status":"cancelled"},'
            || '"connectedAt":"1970-01-01T00:00:00.005Z","events":[]}'),
          ('c2', NULL, 6, NULL, '{"callSid":"c2","status":"busy","passthru":null,"events":[]}');
        PRAGMA user_version = 1;
        """)
    }
    for isReadOnly in [true, false, true] {
      let log = try SQLiteCallLog(path: path, isReadOnly: isReadOnly)
      let records = try await log.records(since: nil, limit: 9)
      #expect(records.map(\.callSID) == ["c2", "c1"])
      #expect(records.last?.outcome?.report?.side == .caller)
      if isReadOnly { continue }
      var told = CallRecord()
      told.callSID = "c2"
      told.customField = "joined"
      #expect(try await log.write([event("k", told, .callback)]).isEmpty)
      #expect(try await log.records(of: "c2").map(\.customField) == ["joined"])
    }
  }
}
