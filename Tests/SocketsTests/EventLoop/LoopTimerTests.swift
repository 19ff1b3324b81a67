import AudioEngine
import SeededRandom
import Sockets
import Synchronization
import TestSupport
import Testing

@Suite("LoopTimer")
struct LoopTimerTests {
  /// Runs `body` on a loop of its own and waits until it calls what it is given.
  private func onLoop<Value: Sendable>(
    _ body: @escaping @Sendable (EventLoop, @escaping @Sendable (Value) -> Void) -> Void
  ) async throws -> Value {
    let loop = try EventLoop(name: "timers")
    loop.start()
    defer { loop.stop() }
    let (stream, continuation) = AsyncStream<Value>.makeStream()
    loop.perform {
      body(loop) { value in
        continuation.yield(value)
        continuation.finish()
      }
    }
    return try await within {
      for await value in stream { return value }
      throw DeadlinePassed()
    }
  }

  @Test("fires in the order of their times, never early, whatever the order of arming")
  func order() async throws {
    let early: [Int] = try await onLoop { loop, finish in
      let start = EventLoop.now
      let fired = Record()
      for number in [7, 3, 9, 1, 5, 0, 8, 2, 6, 4] {
        let deadline = start + .microseconds(2_000 + number * 700)
        let timer = LoopTimer(loop: loop) {
          fired.append(EventLoop.now < deadline ? -1 : number)
          if fired.values.count == 10 { finish(fired.values) }
        }
        timer.arm(at: deadline)
      }
    }
    #expect(early == Array(0..<10))
  }

  @Test("fires equal times first come, first served")
  func ties() async throws {
    let order: [Int] = try await onLoop { loop, finish in
      let deadline = EventLoop.now + .milliseconds(2)
      let fired = Record()
      for number in 0..<100 {
        LoopTimer(loop: loop) {
          fired.append(number)
          if number == 99 { finish(fired.values) }
        }.arm(at: deadline)
      }
    }
    #expect(order == Array(0..<100))
  }

  @Test("keeps silent when cancelled, and fires once at the last of its armings")
  func cancelAndRearm() async throws {
    let order: [Int] = try await onLoop { loop, finish in
      let start = EventLoop.now
      let fired = Record()
      let cancelled = LoopTimer(loop: loop) { fired.append(1) }
      cancelled.arm(at: start + .milliseconds(1))
      let moved = LoopTimer(loop: loop) { fired.append(2) }
      moved.arm(at: start + .milliseconds(1))
      moved.arm(at: start + .milliseconds(5))
      let first = LoopTimer(loop: loop) { fired.append(3) }
      first.arm(at: start + .milliseconds(3))
      cancelled.cancel()
      cancelled.cancel()
      #expect(!cancelled.isArmed && moved.isArmed)
      LoopTimer(loop: loop) { finish(fired.values) }.arm(at: start + .milliseconds(8))
    }
    #expect(order == [3, 2])
  }

  @Test("re-arms itself from its own call, also for a time that has passed")
  func rearmsItself() async throws {
    let loop = try EventLoop(name: "ticker")
    loop.start()
    defer { loop.stop() }
    let ticker = Ticker(loop: loop, ticks: 1_000)
    loop.perform { ticker.start() }
    try await within {
      for await _ in ticker.end {}
    }
    #expect(ticker.left == 0)
  }

  @Test("does not starve jobs, however often it fires")
  func sharesTheLoop() async throws {
    let loop = try EventLoop(name: "fair")
    loop.start()
    defer { loop.stop() }
    let ticker = Ticker(loop: loop, ticks: .max)
    loop.perform { ticker.start() }
    try await within {
      for _ in 0..<100 {
        await withCheckedContinuation { done in loop.perform { done.resume() } }
      }
    }
  }

  @Test("survives random arming, moving and cancelling", arguments: [1, 2, 3] as [UInt64])
  func randomSchedule(seed: UInt64) async throws {
    let isRight: Bool = try await onLoop { loop, finish in
      var random = SplitMix64(seed: seed)
      let start = EventLoop.now
      let fired = Record()
      var due: [Int: Int] = [:]
      let timers = (0..<200).map { number in LoopTimer(loop: loop) { fired.append(number) } }
      for _ in 0..<2_000 {
        let number = Int.random(in: 0..<200, using: &random)
        if Int.random(in: 0..<4, using: &random) == 0 {
          timers[number].cancel()
          due[number] = nil
        } else {
          // Far enough apart that none is due while this goes on; distinct by its last digits.
          let delay = 200_000 + Int.random(in: 0..<40, using: &random) * 1_000 + number
          timers[number].arm(at: start + .microseconds(delay))
          due[number] = delay
        }
      }
      let expected = due.sorted { $0.value < $1.value }.map(\.key)
      LoopTimer(loop: loop) { finish(fired.values == expected) }.arm(
        at: start + .milliseconds(260))
    }
    #expect(isRight)
  }
}

/// Numbers in the order in which they came, on one thread.
private final class Record: @unchecked Sendable {
  // Unchecked: confined to the loop's thread.
  private(set) var values: [Int] = []
  func append(_ value: Int) { values.append(value) }
}

/// Arms itself for a time long gone, over and over.
private final class Ticker: @unchecked Sendable {
  // Unchecked: confined to the loop's thread until `end` ends.
  private(set) var left: Int
  let end: AsyncStream<Never>
  private let finish: AsyncStream<Never>.Continuation
  private var timer: LoopTimer?

  init(loop: EventLoop, ticks: Int) {
    left = ticks
    (end, finish) = AsyncStream.makeStream()
    timer = LoopTimer(loop: loop) { [weak self] in self?.tick() }
  }

  func start() { timer?.arm(at: .zero) }

  private func tick() {
    left -= 1
    if left == 0 { finish.finish() } else { start() }
  }
}
