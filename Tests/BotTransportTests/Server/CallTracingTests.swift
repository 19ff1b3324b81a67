import AudioEngine
import Ground
import Telephony
import TestSupport
import Testing

@testable import BotTransport

/// Traces of calls over real sockets.
@Suite("traces of calls", .timeLimit(.minutes(2))) struct CallTracingTests {
  private struct Failure: Error {}

  /// What traces are handed to.
  private final class Desk: Sendable {
    private let pieces = Locked<[[[UInt8]]]>([])
    private let finished = Locked(0)

    struct Sink: TraceSink {
      let desk: Desk
      let number: Int
      let name: String

      func take(_ bytes: [UInt8]) { desk.pieces.withLock { $0[number].append(bytes) } }
      func finish() { desk.finished.withLock { $0 += 1 } }
    }

    func sink(_ names: [String?]) -> Sink {
      let number = pieces.withLock { pieces in
        pieces.append([])
        return pieces.count - 1
      }
      return Sink(desk: self, number: number, name: names.compactMap(\.self).joined())
    }

    /// The traces that were finished.
    var traces: [CallTrace] {
      get throws {
        let all = pieces.withLock { $0 }
        #expect(finished.withLock { $0 } == all.count)
        return try all.map { try CallTrace(Array($0.joined())) }
      }
    }
  }

  private func traces(
    _ extent: CallTracing.Extent, _ scenario: String..., of bot: @escaping BotServer.Bot
  ) async throws -> [CallTrace] {
    let desk = Desk()
    var configuration = ServerConfiguration()
    configuration.tracing = CallTracing(extent) { desk.sink($0) }
    let server = try await RunningServer(configuration, bot: bot)
    _ = try await server.platform(scenario)
    try await server.stop()
    return try desk.traces
  }

  @Test("a call that was carried runs again from its trace, to the byte")
  func replays() async throws {
    let traces = try await traces(
      .all, "knock", #"{"heard": 1600, "parameters": {"ref": "c-8817"}}"#
    ) {
      call in
      for await frame in call.audio { try await call.send(frame) }
    }
    #expect(traces.count == 1)
    let trace = try #require(traces.first)
    #expect(trace.isWhole && trace.facts.contains { $0.name == "accepted" })
    guard case .same(let messages) = trace.replay() else {
      Issue.record("\(trace.replay())")
      return
    }
    #expect(messages > 0)
  }

  @Test("where only trouble is traced, a call without any leaves none, a bot that fails one")
  func trouble() async throws {
    let quiet = try await traces(.trouble, "knock", #"{"heard": 1600}"#) { call in
      for await frame in call.audio { try await call.send(frame) }
    }
    #expect(quiet.isEmpty)
    let failed = try await traces(.trouble, "listen") { _ in throw Failure() }
    #expect(failed.count == 1)
    #expect(failed.first?.isWhole == true)
  }
}
