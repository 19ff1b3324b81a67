import BotTransport
import Synchronization
import TestSupport
import Testing

@Suite("Where a bot runs", .timeLimit(.minutes(1)))
struct BotPlacementTests {
  private static let placements = [BotPlacement.callLoop, .pool]

  @Test("on its call's loop it takes one job for each frame that it hears and answers")
  func jobs() async throws {
    var configuration = ServerConfiguration()
    configuration.botPlacement = .callLoop
    configuration.call.idleFinish = .milliseconds(2_500)
    let counts = Mutex((frames: 0, jobs: 0))
    let server = try await RunningServer(configuration) { call in
      let before = call.loop.jobCount
      var frames = 0
      for await frame in call.audio {
        frames += 1
        try await call.send(frame)
      }
      counts.withLock { $0 = (frames, call.loop.jobCount - before) }
    }
    let report = try await server.platform("echo", "8000", "3.0")
    #expect(report.isSame)
    try await server.stop()
    let (frames, jobs) = counts.withLock { $0 }
    #expect(frames >= 20)
    // A bot that leaves its call between two awaits takes three.
    #expect(jobs <= frames * 3 / 2 + 4)
  }

  @Test(
    "a task of the bot's that is cancelled by itself waits no longer for audio",
    arguments: Self.placements)
  func childIsCancelled(placement: BotPlacement) async throws {
    try await withSilentCall(placement) { call in
      await withTaskGroup { group in
        group.addTask { for await _ in call.audio {} }
        try? await Task.sleep(for: .milliseconds(50))
        group.cancelAll()
      }
    }
  }

  @Test(
    "a bot whose task is cancelled waits no longer for audio",
    arguments: Self.placements)
  func botIsCancelled(placement: BotPlacement) async throws {
    try await withSilentCall(placement) { call in
      // Cancelling is what another task may do with it.
      nonisolated(unsafe) let task = unsafe withUnsafeCurrentTask { unsafe $0 }
      Task.detached {
        try? await Task.sleep(for: .milliseconds(50))
        unsafe task?.cancel()
      }
      for await _ in call.audio {}
    }
  }

  /// Sends as a bot does that is written for any platform.
  private static func sendAny(_ call: some MediaCall, _ frame: AudioFrame) async -> (any Error)? {
    do { try await call.send(frame) } catch { return error }
    return nil
  }

  @Test("a send that is refused throws its reason, wherever the bot runs", arguments: placements)
  func refusals(placement: BotPlacement) async throws {
    var configuration = ServerConfiguration()
    configuration.botPlacement = placement
    let (told, continuation) = AsyncStream<[SpeechError?]>.makeStream()
    let server = try await RunningServer(configuration) { call in
      let frame = AudioFrame(samples: [1, 2], rate: .hz8000)
      var errors: [SpeechError?] = []
      await call.ended()
      errors.append(await Self.sendAny(call, frame) as? SpeechError)
      do throws(SpeechError) { try await call.send(frame) } catch { errors.append(error) }
      continuation.yield(errors)
    }
    let loop = try EventLoop(name: "caller")
    loop.start()
    defer { loop.stop() }
    let caller = try await server.caller(on: loop)
    await caller.send(ExotelCaller.start)
    await caller.send(ExotelCaller.stop)
    let errors = try await within {
      for await errors in told { return errors }
      throw DeadlinePassed()
    }
    #expect(errors == [.closed, .closed], "\(errors)")
    try await server.stop()
  }

  @Test("what a loop serves in batches is the same to the byte")
  func batches() async throws {
    var configuration = ServerConfiguration()
    configuration.call.idleFinish = .milliseconds(2_500)
    for (batch, placement) in [(1, BotPlacement.callLoop), (20, .callLoop), (20, .pool)] {
      configuration.batch = .milliseconds(batch)
      configuration.botPlacement = placement
      let server = try await RunningServer(configuration) { call in
        for await frame in call.audio { try await call.send(frame) }
      }
      let report = try await server.platform("echo", "8000", "1.0")
      #expect(report.isSame)
      #expect(report.code == 1000)
      try await server.stop()
    }
  }

  /// Runs a bot in a call whose caller says nothing, and waits until `body` returns while the call goes on.
  private func withSilentCall(
    _ placement: BotPlacement, _ body: @escaping @Sendable (Call) async -> Void
  ) async throws {
    var configuration = ServerConfiguration()
    configuration.botPlacement = placement
    let (ended, continuation) = AsyncStream<Bool>.makeStream()
    let server = try await RunningServer(configuration) { call in
      await body(call)
      continuation.yield(await call.isEnded)
    }
    let loop = try EventLoop(name: "caller")
    loop.start()
    defer { loop.stop() }
    let caller = try await server.caller(on: loop)
    await caller.send(ExotelCaller.start)
    let hasEnded = try await within {
      for await hasEnded in ended { return hasEnded }
      throw DeadlinePassed()
    }
    #expect(!hasEnded)
    try await server.stop()
  }
}
