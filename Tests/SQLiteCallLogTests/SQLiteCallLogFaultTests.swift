import CallLog
import Foundation
import Glibc
import TestSupport
import Testing

@testable import SQLiteCallLog

@Suite("call log in SQLite, among faults", .timeLimit(.minutes(2))) struct SQLiteCallLogFaultTests {
  private let scratch: Scratch
  private var path: String { scratch.file("calls.db").path }

  init() throws { scratch = try Scratch() }

  private func event(_ sid: String) -> CallLogEvent {
    var facts = CallRecord()
    facts.callSID = "call-" + sid
    facts.streamSID = sid
    facts.connectedAt = .now
    return CallLogEvent(.init(key: sid, name: "stream", at: .now), origin: .server, facts: facts)
  }

  private func writer() -> CallLogWriter {
    CallLogWriter(spillingBeside: path) { [path] in try await SQLiteCallLog.opened(path: path) }
  }

  /// Hands in an event under a fault, waits for the writer to meet it, mends it, and looks for the
  /// event in the file.
  private func survives(_ writer: CallLogWriter, mend: () throws -> Void) async throws {
    writer.submit(event("meanwhile"))
    let deadline = ContinuousClock.now + .seconds(60)
    while writer.counts.errors < 3 {
      try #require(ContinuousClock.now < deadline, "no fault was met")
      try await Task.sleep(for: .milliseconds(2))
    }
    #expect(writer.counts.pending == 1)
    try mend()
    writer.submit(event("later"))
    #expect(await writer.flush(within: .seconds(60)))
    #expect(writer.counts.lost == 0)
    let log = try SQLiteCallLog(path: path, isReadOnly: true)
    for sid in ["meanwhile", "later"] {
      let events = try await log.records(of: sid).map(\.events.count)
      #expect(events == [1], "\(sid)")
    }
  }

  @Test("an exclusive lock")
  func locked() async throws {
    let writer = writer()
    try await writer.open()
    let other = try SQLiteDatabase(path: path, isReadOnly: false)
    try other.run("BEGIN EXCLUSIVE")
    try await survives(writer) { try other.run("ROLLBACK") }
  }

  @Test("a table that cannot be written")
  func unwritable() async throws {
    let writer = writer()
    try await writer.open()
    let other = try SQLiteDatabase(path: path, isReadOnly: false)
    try other.run("CREATE TRIGGER hold BEFORE INSERT ON calls BEGIN SELECT hold(); END")
    try await survives(writer) { try other.run("DROP TRIGGER hold") }
  }

  @Test("a corrupt file, until it is moved away")
  func corrupt() async throws {
    try Data(repeating: 0x55, count: 8_192).write(to: scratch.file("calls.db"))
    try await survives(writer()) {
      try FileManager.default.moveItem(atPath: path, toPath: path + ".bad")
    }
  }

  @Test("a file that is moved away under the server, or removed")
  func moved() async throws {
    let writer = writer()
    try await writer.open()
    writer.submit(event("first"))
    #expect(await writer.flush(within: .seconds(30)))
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.moveItem(atPath: path + suffix, toPath: path + ".1" + suffix)
    }
    writer.submit(event("second"))
    #expect(await writer.flush(within: .seconds(30)))
    let now = try SQLiteCallLog(path: path, isReadOnly: true)
    #expect(try await now.records(since: nil, limit: 9).map(\.streamSID) == ["second"])
    let before = try SQLiteCallLog(path: path + ".1", isReadOnly: true)
    #expect(try await before.records(since: nil, limit: 9).map(\.streamSID) == ["first"])
  }

  @Test("a folder that is not there, until it is")
  func folder() async throws {
    let folder = scratch.file("later")
    let path = folder.appendingPathComponent("calls.db").path
    let writer = CallLogWriter { try await SQLiteCallLog.opened(path: path) }
    writer.submit(event("a"))
    #expect(await writer.flush(within: .milliseconds(300)) == false)
    #expect(writer.counts.pending == 1 && writer.counts.errors > 0)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    #expect(await writer.flush(within: .seconds(30)))
    #expect(writer.counts.written == 1)
  }

  @Test("is for its owner's eyes alone, with what SQLite keeps beside it, also where it was not")
  func permissions() async throws {
    var logs: [SQLiteCallLog] = []
    for exists in [false, true] {
      if exists {
        for suffix in ["", "-wal", "-shm"] { _ = unsafe chmod(path + suffix, 0o644) }
      }
      let log = try SQLiteCallLog(path: path)
      logs.append(log)
      _ = try await log.write([event("a")])
      for suffix in ["", "-wal", "-shm"] {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
        #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
      }
    }
  }
}
