import AudioEngine
import BotTransport
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("what sidetone serve keeps of calls that have ended", .timeLimit(.minutes(2)))
struct FinishedCallsTests {
  /// So many calls come and go at a time.
  private static let wave = 100
  /// Waves that fill the tables, and as many again.
  private static let waves = 40

  /// The value of a series without labels.
  private static func value(_ name: String, at address: String) async throws -> Int {
    let page = try await Subprocess(
      "/usr/bin/curl", ["--silent", "--fail", "--max-time", "10", "http://\(address)/metrics"]
    ).end().output
    let line = page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return try #require(line?.split(separator: " ").last.flatMap { Int($0) }, "\(name)")
  }

  /// Bytes of the heap in use when no call is up: the least that is seen for a while, for the
  /// connection that asked last may still be closing.
  private static func heap(at address: String) async throws -> Int {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await value("sidetone_calls_active", at: address) > 0 {
      try #require(ContinuousClock.now < deadline, "calls do not end")
    }
    var least = Int.max
    for _ in 0..<8 { least = min(least, try await value("process_heap_bytes", at: address)) }
    return least
  }

  @Test("is no memory", arguments: [["--bot", "echo"], ["--bot", "silence", "--bot-on-loop"]])
  func nothing(options: [String]) async throws {
    // Blocks that threads keep for their next allocations would count as in use.
    let server = try RunningSidetone(
      ["serve", "--port", "0"] + options,
      environment: ["GLIBC_TUNABLES=glibc.malloc.tcache_count=0"])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let loop = try EventLoop(name: "callers")
    loop.start()
    defer { loop.stop() }
    var heap: [Int] = []
    for half in 0..<2 {
      for wave in 0..<Self.waves {
        let closed = Atomic(0)
        for call in 0..<Self.wave {
          let number = (half * Self.waves + wave) * Self.wave + call
          try WebSocketConnector.connect(
            loop: loop, url: "ws://127.0.0.1:\(port)/exotel",
            delegate: ShortCall(loop: loop, number: number) {
              closed.add(1, ordering: .relaxed)
            })
        }
        let deadline = ContinuousClock.now + .seconds(20)
        while closed.load(ordering: .relaxed) < Self.wave {
          try #require(ContinuousClock.now < deadline, "calls do not end")
          try await Task.sleep(for: .milliseconds(5))
        }
      }
      heap.append(try await Self.heap(at: "127.0.0.1:\(port)"))
    }
    // Not one block for every second call: none of malloc's is smaller than 32 bytes. The room is for
    // what libwebsockets and Dispatch keep for as many calls as there ever were at once.
    let kept = Double(heap[1] - heap[0]) / Double(Self.wave * Self.waves)
    #expect(kept < 16, "\(heap)")
    // A sanitizer's own allocator says 0.
    #expect(heap[0] == 0 || heap[0] > 100_000)
    server.interrupt()
    _ = try await server.end()
  }
}

/// A caller who says that the call has begun, speaks once and hangs up; an actor of its loop.
private actor ShortCall: WebSocketDelegate {
  private let messages: [[UInt8]]
  private let loop: EventLoop
  private nonisolated let onClose: @Sendable () -> Void
  private var sent = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(loop: EventLoop, number: Int, onClose: @escaping @Sendable () -> Void) {
    let stream = "stream-of-call-\(number)"
    messages = [
      #"{"event":"start","sequence_number":1,"stream_sid":"\#(stream)","start":{"stream_sid":"#
        + #""\#(stream)","call_sid":"call-\#(number)","account_sid":"a","from":"1","to":"2","#
        + #""media_format":{"encoding":"base64","sample_rate":"8000"}}}"#,
      #"{"event":"media","sequence_number":2,"stream_sid":"\#(stream)","media":{"chunk":1,"#
        + #""timestamp":"20","payload":"\#(String(repeating: "A", count: 428))"}}"#,
      #"{"event":"stop","stream_sid":"\#(stream)","stop":{"reason":"callended"}}"#,
    ].map { Array($0.utf8) }
    self.loop = loop
    self.onClose = onClose
  }

  nonisolated func socketDidOpen(_ socket: WebSocket) { socket.requestWrite() }
  nonisolated func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {}
  nonisolated func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {}

  nonisolated func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    assumeIsolated { call in
      guard call.sent < call.messages.count else { return .nothing }
      let message = call.messages[call.sent]
      unsafe buffer.append(contentsOf: message.span.bytes)
      call.sent += 1
      socket.requestWrite()
      return .text
    }
  }

  nonisolated func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) { onClose() }
}
