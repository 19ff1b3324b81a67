import AudioEngine
import BotTransport
import Ground
import Telephony
import TestSupport
import Testing

/// Platforms that stop reading, or read too slowly.
@Suite("slow readers", .timeLimit(.minutes(2))) struct SlowReaderTests {
  /// What the server logged of a call's end, and what it had sent.
  private struct End: Sendable {
    var code: UInt16?
    var sentBytes: Int
  }

  /// Speaks without end to calls named slow, and echoes the others.
  private static func bot(_ ends: AsyncStream<End>.Continuation) -> BotServer.Bot {
    { call in
      guard await call.start.callSID == "slow" else {
        for await frame in call.audio { try await call.send(frame) }
        return
      }
      do {
        let utterance = try await call.say()
        while true { try await utterance.write([Int16](repeating: 1_000, count: 8_000)) }
      } catch {}
      await call.ended()
      let sent = await call.statistics.outbound.sentBytes
      ends.yield(End(code: await call.closeCode, sentBytes: sent))
    }
  }

  @Test(
    "cuts a platform that stops reading, for a reason of its own, while a call goes on",
    arguments: ["lambda: None", "lambda: s.recv(1)"])
  func unread(step: String) async throws {
    let (ends, continuation) = AsyncStream.makeStream(of: End.self)
    let events = Locked<[ServerEvent]>([])
    var configuration = ServerConfiguration()
    configuration.listener.limits.sendTimeout = .seconds(1)
    configuration.call.idleFinish = .milliseconds(2_500)
    configuration.log = { event in events.withLock { $0.append(event) } }
    let server = try await RunningServer(configuration, bot: Self.bot(continuation))
    let slow = try PythonPeer(
      rawOn: server.port,
      """
      s = upgrade("/exotel", 4096)
      s.sendall(start)
      say(await_cut(s, 30, \(step)))
      """)
    async let other = server.platform("echo", "8000", "6")
    #expect(try await slow.lines() == ["cut"])
    let end = try await within {
      for await end in ends { return end }
      throw DeadlinePassed()
    }
    #expect(end.code == nil)
    // Neither the system's buffers nor ours took minutes of speech.
    #expect(end.sentBytes > 3_200 && end.sentBytes < 256_000, "\(end.sentBytes)")
    let report = try await other
    #expect(report.isSame)
    #expect(report.code == 1000)
    let facts = events.withLock { events in
      events.first {
        $0.message == "call ended" && $0.facts.contains { $0.value == .text("slow") }
      }?.facts
    }
    let found = Dictionary(
      (facts ?? []).map { ($0.name, $0.value.text) }, uniquingKeysWith: { first, _ in first })
    #expect(found["reason"] == WebSocket.unreadReason)
    #expect(found["closeCode"] == "1006")
    try await server.stop()
  }

  @Test("lets a platform go on that reads slowly, but each message in time")
  func steady() async throws {
    let (ends, continuation) = AsyncStream.makeStream(of: End.self)
    var configuration = ServerConfiguration()
    configuration.listener.limits.sendTimeout = .seconds(4)
    let server = try await RunningServer(configuration, bot: Self.bot(continuation))
    // Half of what is spoken: 21 kB/s of speech as it is written on the wire.
    let slow = try PythonPeer(
      rawOn: server.port,
      """
      s = upgrade("/exotel", 4096)
      s.sendall(start)
      s.setblocking(False)
      def step():
          try: s.recv(220)
          except BlockingIOError: pass
      say(await_cut(s, 8, step))
      s.close()
      """)
    #expect(try await slow.lines() == ["held"])
    _ = try await within {
      for await end in ends { return end }
      throw DeadlinePassed()
    }
    try await server.stop()
  }

  @Test("an echo server cuts a peer that does not read, and echoes to others", .inRealTime)
  func echo() async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    var options = ListenerOptions()
    options.limits.sendTimeout = .seconds(1)
    let serving = Task { [options] in
      try await EchoServer(listener: options).run { continuation.yield($0) }
    }
    defer { serving.cancel() }
    let port = try await firstPort(of: ports)
    let peer = try PythonPeer(
      rawOn: port,
      """
      s = upgrade("/", 65536)
      s.sendall(frame(bytes(16 << 20), 2))
      say(await_cut(s, 30))
      async def other():
          async with websockets.connect(url, max_size=None) as s:
              await s.send(bytes(16 << 20))
              say(len(await s.recv()))
      asyncio.run(other())
      """)
    #expect(try await peer.lines() == ["cut", "\(16 << 20)"])
    serving.cancel()
    try await serving.value
  }
}
