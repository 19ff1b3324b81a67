import Glibc
import Sockets
import TestSupport
import Testing

@Suite("SignalWatcher", .serialized)
struct SignalWatcherTests {
  @Test("tells the first signal from the second")
  func ordinals() async throws {
    let watcher = SignalWatcher([SIGUSR1, SIGUSR2])
    let arrivals = try await within {
      var seen: [SignalWatcher.Arrival] = []
      kill(getpid(), SIGUSR1)
      for await arrival in watcher.arrivals {
        seen.append(arrival)
        if seen.count == 2 { break }
        kill(getpid(), SIGUSR2)
      }
      return seen
    }
    #expect(arrivals.map(\.signal) == [SIGUSR1, SIGUSR2])
    #expect(arrivals.map(\.ordinal) == [1, 2])
  }
}
