import TestSupport
import Testing

@testable import BotTransport

@Suite("a call's events", .timeLimit(.minutes(1)))
struct CallEventsTests {
  private struct Seen {
    let waited: Bool
    let events: [CallEvent]
    let waitedAtTheEnd: Bool
  }

  /// Reads as a task does that found nothing, and was on its way into the wait while the call ended.
  private static func read(_ call: isolated Call) async -> Seen {
    let found = call.voice.events.botPosition
    await call.ended()
    let waited = await call.waitForEvent(at: found)
    var events: [CallEvent] = []
    for await event in call.events { events.append(event) }
    return Seen(
      waited: waited, events: events,
      waitedAtTheEnd: await call.waitForEvent(at: call.voice.events.botPosition))
  }

  @Test("those that came with its end are given to who was on the way into the wait")
  func comeWithTheEnd() async throws {
    let (seen, continuation) = AsyncStream<Seen>.makeStream()
    let server = try await RunningServer { continuation.yield(await Self.read($0)) }
    let loop = try EventLoop(name: "caller")
    loop.start()
    defer { loop.stop() }
    let caller = try await server.caller(on: loop)
    await caller.send(ExotelCaller.start)
    await caller.send(ExotelCaller.stop)
    let result = try await within {
      for await result in seen { return result }
      throw DeadlinePassed()
    }
    #expect(result.waited, "there is something to take")
    guard case .ended? = result.events.last else {
      Issue.record("the end is not among \(result.events)")
      return
    }
    #expect(!result.waitedAtTheEnd, "nothing more will come")
    try await server.stop()
  }
}
