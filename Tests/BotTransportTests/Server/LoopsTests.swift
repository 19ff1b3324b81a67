import BotTransport
import Synchronization
import TestSupport
import Testing

@Suite("BotServer on several loops", .timeLimit(.minutes(2)))
struct LoopsTests {
  @Test("spreads calls over its loops, and ends them all when it stops")
  func spreads() async throws {
    let loops = Mutex<Set<String>>([])
    var configuration = ServerConfiguration()
    configuration.loopCount = 3
    let server = try await RunningServer(configuration) { call in
      loops.withLock { _ = $0.insert(call.loop.name) }
      for await _ in call.audio {}
    }
    // The system picks a loop by a hash of the addresses: 64 calls miss one of three in 1 of 10^11 runs.
    let loop = try EventLoop(name: "callers")
    loop.start()
    defer { loop.stop() }
    var callers: [SocketProbe] = []
    for _ in 0..<64 {
      let caller = try await server.caller(on: loop)
      await caller.send(ExotelCaller.start)
      callers.append(caller)
    }
    try await within {
      while loops.withLock({ $0.count }) < 3 { try await Task.sleep(for: .milliseconds(5)) }
    }
    #expect(loops.withLock { $0.sorted() } == ["calls-0", "calls-1", "calls-2"])
    try await server.stop()
    for caller in callers {
      guard case .closed(code: 1001, _) = try await caller.next(1).first else {
        Issue.record("a call went on")
        return
      }
    }
    // Nobody listens any more, on any loop.
    for _ in 0..<16 {
      let late = SocketProbe(loop: loop)
      try WebSocketConnector.connect(
        loop: loop, url: "ws://127.0.0.1:\(server.port)/exotel", delegate: late)
      guard case .closed(code: nil, _) = try await late.next(1).first else {
        Issue.record("a loop still listens")
        return
      }
    }
  }

  @Test("does not share its port with another server")
  func ownPort() async throws {
    var configuration = ServerConfiguration()
    configuration.loopCount = 2
    let first = try await RunningServer(configuration) { _ in }
    await #expect(throws: ListenError.portInUse(host: "127.0.0.1", port: first.port)) {
      try await BotServer(port: first.port, configuration: configuration).run { _ in }
    }
    try await first.stop()
  }
}
