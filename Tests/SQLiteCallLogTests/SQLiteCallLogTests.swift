import CallLog
import Foundation
import Telephony
import TestSupport
import Testing

@testable import SQLiteCallLog

@Suite("call log in SQLite") struct SQLiteCallLogTests {
  private let scratch: Scratch

  private var path: String { scratch.file("calls.db").path }

  init() throws { scratch = try Scratch() }

  private static func full() -> CallRecord {
    let fields = CallbackFields(
      query: "CallSid=c1&Stream[StreamSID]=s1&Stream[Status]=failed&Stream[DisconnectedBy]=NA"
        + "&Stream[Error]=3009 no such host&Stream[Duration]=7&Stream[Disposition]=x")
    let status = CallbackFields(
      query:
        "CallSid=c1&Status=failed&EventType=terminal&Legs[0][Status]=busy&ConversationDuration=3")
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
    record.outcome = ExotelPassthru(fields).stream
    record.status = ExotelStatusCallback(status)
    record.customField = "f"
    return record
  }

  private func event(_ key: String, _ record: CallRecord, at: Int64 = 5) -> CallLogEvent {
    CallLogEvent(.init(key: key, name: "n", at: WallTime(milliseconds: at)), facts: record)
  }

  @Test("deletes calls that are older than it keeps them")
  func retention() async throws {
    let day: Int64 = 86_400_000
    let now = WallTime.now.milliseconds
    var old = CallRecord()
    old.callSID = "old"
    old.connectedAt = WallTime(milliseconds: now - 31 * day)
    var young = CallRecord()
    young.callSID = "young"
    young.connectedAt = WallTime(milliseconds: now - 29 * day)
    let keeper = try SQLiteCallLog(path: path)
    try await keeper.write([event("a", old, at: now), event("b", young, at: now)])
    let all = try await keeper.records(since: nil, limit: 10)
    #expect(all.count == 2)
    let log = try SQLiteCallLog(path: path, keptDays: 30)
    try await log.write([event("c", young, at: now)])
    let kept = try await log.records(since: nil, limit: 10)
    #expect(kept.map(\.callSID) == ["young"])
  }

  @Test("keeps a record as it is, over a restart, and reads it while it is written")
  func roundTrip() async throws {
    var expected = Self.full()
    do {
      let log = try SQLiteCallLog(path: path)
      try await log.write([event("a", expected)])
    }
    expected.events = [.init(key: "a", name: "n", at: WallTime(milliseconds: 5))]
    let log = try SQLiteCallLog(path: path)
    let reader = try SQLiteCallLog(path: path, isReadOnly: true)
    for sid in ["c1", "s1"] { #expect(try await reader.records(of: sid) == [expected]) }
    #expect(try await reader.records(of: "c2").isEmpty)
    try await log.write([event("a", expected), event("b", expected)])
    #expect(try await reader.records(of: "c1").first?.events.map(\.key) == ["a", "b"])
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
    try await log.write([event("leg", leg), event("stream", socket)])
    let records = try await log.records(of: "c1")
    #expect(records.map(\.legSID) == ["leg"])
    #expect(try await log.records(since: nil, limit: 10).count == 1)
  }

  @Test("lists the newest first, from a time on")
  func lists() async throws {
    let log = try SQLiteCallLog(path: path)
    try await log.write(
      (1...5).map { number in
        var record = CallRecord()
        record.callSID = "c\(number)"
        return event("k", record, at: Int64(number) * 1_000)
      })
    #expect(try await log.records(since: nil, limit: 2).map(\.callSID) == ["c5", "c4"])
    let since = WallTime(milliseconds: 4_000)
    #expect(try await log.records(since: since, limit: 9).map(\.callSID) == ["c5", "c4"])
  }

  @Test("is for its owner's eyes alone")
  func permissions() throws {
    _ = try SQLiteCallLog(path: path)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test("refuses what is no call log, or a newer one, and leaves it alone")
  func refuses() throws {
    try Data("this is a letter, not a database".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: CallLogError.self) { try SQLiteCallLog(path: path) }
    #expect(throws: CallLogError.self) { try SQLiteCallLog(path: path, isReadOnly: true) }
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

  @Test("rolls back a batch that fails")
  func rollsBack() async throws {
    let log = try SQLiteCallLog(path: path)
    let other = try SQLiteDatabase(path: path, isReadOnly: false)
    try other.run(
      "CREATE TRIGGER refuse BEFORE INSERT ON calls WHEN new.call_sid = 'bad' "
        + "BEGIN SELECT raise(ABORT, 'refused'); END")
    var bad = CallRecord()
    bad.callSID = "bad"
    await #expect(throws: CallLogError.self) {
      try await log.write([event("a", Self.full()), event("b", bad)])
    }
    #expect(try await log.records(since: nil, limit: 9).isEmpty)
    try await log.write([event("a", Self.full())])
    #expect(try await log.records(since: nil, limit: 9).count == 1)
  }
}
