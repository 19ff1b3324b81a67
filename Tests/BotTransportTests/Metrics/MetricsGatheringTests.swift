import Ground
import TestSupport
import Testing

@testable import BotTransport

@Suite("metrics of live calls on several loops", .timeLimit(.minutes(2)))
struct MetricsGatheringTests {
  private static let callCount = 200
  private static let messagesPerCall = 3

  private static func value(_ name: String, in page: String) -> Int? {
    page.split(separator: "\n").first { $0.hasPrefix(name + " ") }?
      .split(separator: " ").last.flatMap { Int($0) }
  }

  private static func media(_ chunk: Int) -> String {
    let payload = String(repeating: "A", count: 428)
    return #"{"event":"media","sequence_number":\#(chunk + 1),"stream_sid":"s","media":"#
      + #"{"chunk":\#(chunk),"timestamp":"\#(chunk * 20)","payload":"\#(payload)"}}"#
  }

  @Test("count each call once, live or ended, and never fall")
  func exact() async throws {
    var configuration = ServerConfiguration()
    configuration.loopCount = 2
    // One loop at least carries more calls than are read in a turn.
    #expect(Self.callCount / 2 > MetricsGathering.callsPerTurn)
    let carried = Locked<(table: CallTable?, loops: [EventLoop])>((nil, []))
    let server = try await RunningServer(configuration) { call in
      let table = await call.calls
      carried.withLock { carried in
        carried.table = table
        if !carried.loops.contains(where: { $0 === call.loop }) { carried.loops.append(call.loop) }
      }
      for await _ in call.audio {}
    }
    let loop = try EventLoop(name: "callers")
    loop.start()
    defer { loop.stop() }
    var opened: [SocketProbe] = []
    for _ in 0..<Self.callCount {
      let caller = try await server.caller(on: loop)
      await caller.send(ExotelCaller.start)
      for chunk in 1...Self.messagesPerCall { await caller.send(Self.media(chunk)) }
      opened.append(caller)
    }
    let callers = opened
    let all = Self.callCount * Self.messagesPerCall
    try await within {
      while true {
        let page = try await server.curl("/metrics").body
        if Self.value("sidetone_inbound_messages_total", in: page) == all { break }
      }
    }
    let live = try await server.curl("/metrics").body
    #expect(Self.value("sidetone_calls_active", in: live) == Self.callCount)
    #expect(Self.value("sidetone_inbound_bytes_total", in: live) == all * 321)
    #expect(live.contains(#"sidetone_loop_lag_seconds_count{loop="1"}"#))

    // Calls end while they are counted, from one page to the next without a pause.
    // Emptied, since the server holds what holds it.
    let (table, loops) = carried.withLock { carried in
      defer { carried = (nil, []) }
      return carried
    }
    let calls = try #require(table)
    try #require(loops.count == 2)
    let ending = Task {
      for caller in callers {
        await caller.send(ExotelCaller.stop)
      }
    }
    let falls = try await within {
      var falls: [Int] = []
      while calls.count > 0 {
        let asked = Asked<Int>()
        MetricsGathering.gather(from: loops, calls) { asked.answer($0.media.inboundMessages) }
        let messages = try await asked.value
        if messages != all { falls.append(messages) }
      }
      return falls
    }
    #expect(falls.isEmpty, "\(falls.count) of the counts were not \(all)")
    await ending.value
    let after = try await server.curl("/metrics").body
    #expect(Self.value("sidetone_inbound_messages_total", in: after) == all)
    #expect(Self.value("sidetone_inbound_bytes_total", in: after) == all * 321)
    try await server.stop()
  }
}
