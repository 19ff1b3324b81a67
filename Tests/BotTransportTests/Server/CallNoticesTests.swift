import AudioEngine
import CallLog
import Foundation
import Ground
import Telephony
import TestSupport
import Testing

@testable import BotTransport

@Suite("what is said of calls beside their sockets", .timeLimit(.minutes(2)))
struct CallNoticesTests {
  private func degraded(_ level: Int, call: String = "C1", stream: String = "S1") -> String {
    "Event=DegradedStream&CallUUID=\(call)&StreamID=\(stream)&Level=\(level)%25"
  }

  @Test("DegradedStream is in the statistics of its own call, each occasion once")
  func degradedStream() async throws {
    let log = MemoryCallLog()
    var configuration = ServerConfiguration()
    configuration.callLog = CallLogWriter(log)
    PlivoEndpoints().add(to: &configuration)
    let counts = Locked<[Int]>([])
    let server = try await RunningServer(configuration) { call in
      for await frame in call.audio { try await call.send(frame) }
      let inbound = await call.statistics.inbound
      counts.withLock { $0 = [inbound.backlogReports, inbound.backlogPercent] }
    }
    let output = try await Python.run(
      "plivo_degraded.py",
      [
        "ws://127.0.0.1:\(server.port)", degraded(30), degraded(30), degraded(60),
        degraded(90, stream: "S2"), degraded(90, call: "C2"),
        "event=started&CallUUID=C1&StreamID=S1",
      ])
    #expect(String(decoding: output, as: UTF8.self).contains("[200, 200, 200, 200, 200, 200]"))
    try await server.stop()
    #expect(counts.withLock { $0 } == [2, 60])
    let record = try #require(await log.records.first { $0.statistics != nil })
    #expect(record.statistics?["backlogReports"] == 2)
    #expect(record.statistics?["backlogPercent"] == 60)
    for level in [30, 60] {
      let told = record.events.filter { $0.name.hasPrefix("status degraded at \(level) %: ") }
      #expect(told.count == 1, "\(level)")
    }
  }

  @Test("a server that has ended hears no more")
  func ended() async throws {
    let configuration = ServerConfiguration()
    let server = try await RunningServer(configuration) { _ in }
    try await server.stop()
    let status = PlivoStatusCallback(CallbackFields(query: degraded(30)))
    configuration.notices.take(status)
    #expect(configuration.notices.isIdle)
  }
}
