import CallLog
import Foundation
import Ground
import SQLiteCallLog
import Synchronization
import Telephony
import TestSupport
import Testing

@testable import BotTransport

/// What the server says of real sockets to its call log, and how it bounds them.
@Suite("calls in the call log") struct CallRecordingTests {
  private func configuration(_ log: any CallLog) -> ServerConfiguration {
    var configuration = ServerConfiguration()
    configuration.callLog = CallLogWriter(log)
    return configuration
  }

  @Test("joins the socket, the engine's counts and callbacks before and after it")
  func joined() async throws {
    let log = MemoryCallLog()
    var configuration = configuration(log)
    ExotelEndpoints().add(to: &configuration)
    let server = try await RunningServer(configuration) { call in
      for await frame in call.audio { try await call.send(frame) }
    }
    #expect(
      try await server.curl("/exotel/status", "-d", "CallSid=C1&EventType=answered").status == 200)
    let options =
      #"{"heard": 1600, "parameters": {"ref": "c-8817", "token:abc": "", "session": "eyJhbGciOi"}}"#
    _ = try await server.platform("knock", options)
    let path =
      "/exotel/passthru?CallSid=C1&Stream[StreamSID]=S&Stream[Status]=cancelled&Stream[DisconnectedBy]=user"
    #expect(try await server.curl(path).status == 200)
    try await server.stop()
    let records = await log.records
    #expect(records.count == 1)
    let record = try #require(records.first)
    #expect(record.events.map(\.name) == ["status answered", "stream", "passthru"])
    #expect(record.callSID == "C1")
    #expect(record.streamSID == "S")
    #expect(record.accountSID == "A")
    #expect(record.closeCode == 1000)
    #expect(record.closedBy == .platform)
    #expect(record.stop?.reason == .callEnded)
    #expect(record.encoding == "linear16")
    #expect(record.sampleRate == 8_000)
    #expect(record.statistics?["inboundMessages"] == 1)
    #expect(record.statistics?["inboundBytes"] == 1_600)
    #expect((record.statistics?["outboundMessages"] ?? 0) > 0)
    #expect(record.outcome?.status == "cancelled")
    #expect((record.durationMilliseconds ?? 0) >= 300)
    #expect(record.startedAt.map { $0 >= record.connectedAt ?? $0 } == true)
    #expect(record.diagnosis().side == .caller)
    #expect(record.customParameters == ["ref": "c-8817", "token": "***", "session": "***"])
    #expect(!record.jsonValue().json.contains("abc"))
  }

  @Test("tells who closed, and with what")
  func closers() async throws {
    struct Failure: Error {}
    let log = MemoryCallLog()
    let server = try await RunningServer(configuration(log)) { _ in throw Failure() }
    _ = try await server.platform("listen")
    try await server.stop()
    let failed = try #require(await log.records.first)
    #expect(failed.closeCode == 1011)
    #expect(failed.closedBy == .bot)
    #expect(failed.diagnosis().side == .bot)

    let lost = MemoryCallLog()
    let other = try await RunningServer(configuration(lost)) { call in
      for await _ in call.audio {}
    }
    _ = try await other.platform("vanish")
    try await other.stop()
    let vanished = try #require(await lost.records.first)
    #expect(vanished.closeCode == 1006)
    #expect(vanished.closedBy == .unknown)
    #expect(vanished.diagnosis().side == .network)
  }

  @Test("a second socket of one stream replaces the first, is the call's record, and it is told")
  func twice() async throws {
    let log = MemoryCallLog()
    let lines = Locked<[ServerEvent]>([])
    var configuration = configuration(log)
    configuration.log = { line in lines.withLock { $0.append(line) } }
    let server = try await RunningServer(configuration) { call in
      for await frame in call.audio { try await call.send(frame) }
    }
    let report = try await server.platform("twice")
    let metrics = try await server.curl("/metrics").body
    #expect(metrics.contains("sidetone_sockets_replaced_total 1\n"))
    try await server.stop()
    let told = lines.withLock { $0.filter { $0.message == "replaced by a newer socket" } }
    #expect(told.count == 1 && told.first?.level == .warning)
    #expect(told.first?.facts.contains { $0.name == "streamSid" && $0.value == .text("S") } == true)
    #expect(report.number("firstCode") == 1000)
    #expect(report.isSame)
    let records = await log.records
    #expect(records.count == 1)
    let names = records.first?.events.map(\.name) ?? []
    #expect(names.count == 2 && names.contains("stream"))
    #expect(names.contains { $0.hasSuffix("replaced by a newer socket") })
    #expect(records.first?.statistics?["inboundBytes"] == 3_200)
  }

  @Test("a socket that has not shown a token leaves a line in the log and no record")
  func refused() async throws {
    let log = MemoryCallLog()
    var configuration = configuration(log)
    configuration.access = AccessPolicy(tokens: [try #require(Secret("hush4711"))])
    let lines = Locked<[ServerEvent]>([])
    configuration.log = { event in lines.withLock { $0.append(event) } }
    let server = try await RunningServer(configuration) { call in for await _ in call.audio {} }
    #expect(try await server.platform("knock", #"{"path": "/hush4711"}"#).code == 1000)
    #expect(try await server.platform("knock", "{}").code == 1008)
    try await server.stop()
    let records = await log.records
    #expect(records.count == 1)
    // The stranger named the same call and stream.
    #expect(records.first?.events.map(\.name) == ["stream"])
    #expect(records.first?.closeCode == 1000)
    let refused = lines.withLock { $0 }.filter { $0.module == .call || $0.module == .access }
    #expect(refused.contains { "\($0)".contains("1008") })
  }

  @Test("what callbacks claim of a socket's stream stands beside what the socket said")
  func claims() async throws {
    let log = MemoryCallLog()
    var configuration = configuration(log)
    ExotelEndpoints().add(to: &configuration)
    let server = try await RunningServer(configuration) { call in for await _ in call.audio {} }
    #expect(try await server.platform("knock", "{}").code == 1000)
    // The platform has seen the end before the server has written it down.
    #expect(await eventually { await log.records.contains { $0.connectedAt != nil } })
    let stream = "Stream[StreamSID]=S&Stream[Status]=failed"
    #expect(try await server.curl("/exotel/passthru?CallSid=thief&\(stream)").status == 200)
    try await server.stop()
    let record = try #require(await log.records.first { $0.connectedAt != nil })
    #expect(record.callSID == "C1")
    #expect(record.claims["callSid"] == ["thief"])
  }

  @Test("ends a stream that lasts too long")
  func limit() async throws {
    let log = MemoryCallLog()
    var configuration = configuration(log)
    configuration.durationLimits = [.exotel: .milliseconds(200)]
    let server = try await RunningServer(configuration) { call in
      for await _ in call.audio {}
    }
    let report = try await server.platform("listen")
    try await server.stop()
    #expect(report.code == 1000)
    #expect(await log.records.first?.closeReason?.contains("longest") == true)
  }

  @Test("sends silence for a silent bot, where it is told to")
  func silence() async throws {
    for (rule, least, most) in [
      (DownlinkSilence.none, 0, 0), (DownlinkSilence(atStart: true, whenIdle: nil), 3_200, 3_200),
      (DownlinkSilence(atStart: true, whenIdle: .seconds(1)), 6_400, 9_600),
    ] {
      var configuration = ServerConfiguration()
      configuration.silence = rule
      let server = try await RunningServer(configuration) { call in
        for await _ in call.audio {}
      }
      let report = try await server.platform("listen", "2.6")
      try await server.stop()
      #expect((least...most).contains(report.heard), "\(rule)")
      #expect(report.sizes.allSatisfy { $0 == 3_200 })
    }
  }

  @Test("writes no secret into the file, wherever it was shown")
  func secrets() async throws {
    let scratch = try Scratch()
    let secret = "hush4711"
    var configuration = configuration(
      try SQLiteCallLog(path: scratch.file("calls.db").path))
    configuration.access = AccessPolicy(tokens: [try #require(Secret(secret))])
    ExotelEndpoints().add(to: &configuration)
    let server = try await RunningServer(configuration) { call in for await _ in call.audio {} }
    for options in [
      #"{"path": "/\#(secret)"}"#, #"{"path": "?token=\#(secret)"}"#,
      #"{"parameters": {"token": "\#(secret)", "ref": "kept"}}"#,
      #"{"parameters": {"token:\#(secret)": ""}}"#, #"{"parameters": {"x": "\#(secret)"}}"#,
      #"{"path": "/\#(secret)", "parameters": {"a": "tok:\#(secret)", "b": "x \#(secret) y"}}"#,
    ] {
      #expect(try await server.platform("knock", options).code == 1000)
    }
    let url = "wss%3A%2F%2Fkey%3A\(secret)%40bot.example.com%2Fexotel%3Ftoken%3D\(secret)"
    let path =
      "/exotel/passthru?CallSid=C1&token=\(secret)&Stream[Status]=failed&Stream[StreamUrl]=\(url)"
      + "&Stream[Error]=3009%20cannot%20dial%20\(url)&Stream[RecordingUrl]=\(url)"
    #expect(try await server.curl(path).status == 200)
    try await server.stop()
    var all = Data()
    for file in try FileManager.default.contentsOfDirectory(atPath: scratch.directory.path) {
      all += try Data(contentsOf: scratch.file(file))
    }
    #expect(all.range(of: Data("kept".utf8)) != nil)
    #expect(all.range(of: Data(secret.utf8)) == nil)
  }
}
