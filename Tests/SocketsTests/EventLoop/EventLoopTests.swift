import Foundation
import Sockets
import Synchronization
import TestSupport
import Testing

/// An actor pinned to a loop, and one whose jobs can be watched.
private actor Pinned {
  private let loop: EventLoop
  private(set) var log: [Int] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(loop: EventLoop) { self.loop = loop }

  func append(_ number: Int) -> Bool {
    log.append(number)
    return loop.isCurrent
  }

  /// Leaves a job that is the last to know the actor, and with it the loop.
  func last(when othersHaveLeft: DispatchSemaphore) {
    Task {
      othersHaveLeft.wait()
      log.append(0)
    }
  }

  nonisolated func appendFromLoop(_ number: Int) {
    assumeIsolated { $0.log.append(number) }
  }
}

/// Has the C library overwrite what is freed from now on: `mallopt(M_PERTURB, 0xA5)`, which Swift's
/// overlay of the library leaves out.
private func perturbFreedMemory() throws {
  typealias Mallopt = @convention(c) (Int32, Int32) -> Int32
  let symbol = unsafe try #require(unsafe dlsym(nil, "mallopt"))
  _ = unsafe unsafeBitCast(symbol, to: Mallopt.self)(-6, 0xA5)
}

@Suite("EventLoop")
struct EventLoopTests {
  @Test("runs the jobs of pinned actors on its thread, awaited from the pool")
  func pinnedActor() async throws {
    let loop = try EventLoop(name: "pinned")
    loop.start()
    defer { loop.stop() }
    let actor = Pinned(loop: loop)
    for number in 0..<100 { #expect(await actor.append(number)) }
    #expect(await actor.log == Array(0..<100))
    #expect(!loop.isCurrent)
  }

  @Test("lets callbacks on its thread enter a pinned actor at once")
  func assumesIsolation() async throws {
    let loop = try EventLoop(name: "isolated")
    loop.start()
    defer { loop.stop() }
    let actor = Pinned(loop: loop)
    loop.perform { actor.appendFromLoop(7) }
    // Closures go first in a turn, so this job comes after.
    #expect(await actor.append(8))
    #expect(await actor.log.first == 7)
  }

  @Test("keeps the order of each of eight threads that enqueue at once")
  func manyThreads() async throws {
    let loop = try EventLoop(name: "many")
    loop.start()
    defer { loop.stop() }
    let seen = Mutex<[[Int]]>(Array(repeating: [], count: 8))
    let left = Mutex(8)
    try await within {
      await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
        for thread in 0..<8 {
          Thread.detachNewThread {
            for number in 0..<2_000 {
              loop.perform {
                #expect(loop.isCurrent)
                seen.withLock { $0[thread].append(number) }
              }
            }
            loop.perform {
              let isLast = left.withLock { left in
                left -= 1
                return left == 0
              }
              if isLast { done.resume() }
            }
          }
        }
      }
    }
    for numbers in seen.withLock({ $0 }) { #expect(numbers == Array(0..<2_000)) }
  }

  @Test("carries jobs of thousands of tasks from the pool, more than fit in one turn")
  func manyTasks() async throws {
    let loop = try EventLoop(name: "tasks")
    loop.start()
    defer { loop.stop() }
    let actor = Pinned(loop: loop)
    try await within {
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<5_000 { group.addTask { await actor.append(number) } }
        for await isOnLoop in group { #expect(isOnLoop) }
      }
    }
    #expect(await actor.log.sorted() == Array(0..<5_000))
  }

  @Test("runs tasks that prefer it on its thread, and their actors without leaving it")
  func taskExecutor() async throws {
    let loop = try EventLoop(name: "preferred")
    loop.start()
    defer { loop.stop() }
    let actor = Pinned(loop: loop)
    let wasThere = await Task(executorPreference: loop) {
      let before = loop.isCurrent
      let inside = await actor.append(1)
      return before && inside && loop.isCurrent
    }.value
    #expect(wasThere)
  }

  @Test("takes jobs before it starts and runs them then")
  func jobsBeforeStart() async throws {
    let loop = try EventLoop(name: "early")
    let actor = Pinned(loop: loop)
    async let early = actor.append(1)
    loop.start()
    #expect(await early)
    loop.stop()
  }

  @Test("runs jobs that come after its end, one at a time")
  func jobsAfterStop() async throws {
    let loop = try EventLoop(name: "late")
    loop.start()
    let actor = Pinned(loop: loop)
    #expect(await actor.append(0))
    loop.stop()
    try await within {
      await withTaskGroup(of: Bool.self) { group in
        for number in 1...500 { group.addTask { await actor.append(number) } }
        for await isIsolated in group { #expect(isIsolated) }
      }
    }
    #expect(await actor.log.sorted() == Array(0...500))
  }

  @Test("stops again and again, from several threads, started or not", arguments: [true, false])
  func stopsTwice(started: Bool) async throws {
    let loop = try EventLoop(name: "stop")
    if started { loop.start() }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { loop.stop() } }
    }
    loop.stop()
    loop.start()
    #expect(!loop.isCurrent)
  }

  @Test("keeps no descriptors and no memory of loops that are gone, stopped or never started")
  func leavesNothing() async throws {
    // In a process of its own: other tests open and close theirs meanwhile.
    await #expect(processExitsWith: .success) {
      func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      }
      func cycle(_ number: Int) throws {
        let loop = try EventLoop(name: "leak \(number)")
        if number % 3 != 0 { loop.start() }
        if number % 3 != 0 || number % 2 == 0 { loop.stop() }
      }
      for number in 0..<6 { try cycle(number) }
      let before = try descriptors()
      for number in 0..<200 { try cycle(number) }
      #expect(try descriptors() == before)
    }
  }

  @Test("outlives the job that gives up its last reference after its end")
  func lastReference() async {
    // In a process of its own, whose freed memory is overwritten, so that a use of it shows.
    await #expect(processExitsWith: .success) {
      try perturbFreedMemory()
      for _ in 0..<20 {
        let isGone = DispatchSemaphore(value: 0)
        func leave() async throws {
          let loop = try EventLoop(name: "last")
          loop.stop()
          await Pinned(loop: loop).last(when: isGone)
        }
        try await leave()
        isGone.signal()
        try await Task.sleep(for: .milliseconds(1))
      }
    }
  }

  @Test("traps where an actor of the loop is said to be entered on another thread")
  func wrongThread() async {
    await #expect(processExitsWith: .failure) {
      let loop = try EventLoop(name: "wrong")
      loop.start()
      loop.checkIsolated()
    }
  }
}
