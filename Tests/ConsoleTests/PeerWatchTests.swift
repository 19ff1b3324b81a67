import AudioEngine
import BotTransport
import Ground
import Testing

@testable import Console

@Suite("PeerWatch") struct PeerWatchTests {
  /// Servers beside this one, that carry a call.
  private final class Others: ServerPeers {
    let asked = Locked(0)
    let isAway = Locked(false)

    func calls(atMost count: Int) async -> PeerCalls? {
      asked.withLock { $0 += 1 }
      guard !isAway.withLock({ $0 }), let address = PublicAddress("wss://n2.example") else {
        return nil
      }
      let stream = StreamName(platform: nil, callSID: "C1", streamSID: nil)
      return PeerCalls(
        servers: [.init(name: "n2", address: address, calls: 1, hasConsole: true)],
        calls: [.init(server: "n2", stream: stream, since: 5)])
    }

    func begin(_ server: ServedCalls) {}
    func address(for own: PublicAddress, hint: String?) -> PublicAddress { own }
    func started(_ stream: StreamName, identifiers: [String]) {}
    func ended(_ stream: StreamName) {}
    func pass(_ backlog: BacklogNotice) {}
    func knows(anyOf identifiers: [String]) async -> Bool { false }
    func keep(handOff branch: Int, of callSID: String) {}
    func handOff(of callSID: String) async -> Int? { nil }
    func leave() async {}
    func end() async {}
    var counts: PeerCounts { PeerCounts() }
  }

  @Test("asks once a second at most, and forgets what it cannot see any more")
  func asking() async {
    let others = Others()
    let watch = PeerWatch(others)
    let start = MonotonicTime(nanoseconds: 5_000_000_000)
    var version = 0
    #expect(watch.change(since: &version) == nil)
    await watch.look(at: start)?.value
    let seen = watch.change(since: &version)
    #expect(seen?.rows.first?.call == "C1")
    #expect(seen?.servers.first?.console == "https://n2.example/console")
    #expect(watch.look(at: start + .milliseconds(999)) == nil)
    #expect(others.asked.withLock { $0 } == 1)
    await watch.look(at: start + .seconds(1))?.value
    #expect(others.asked.withLock { $0 } == 2)
    #expect(watch.change(since: &version) == nil)
    others.isAway.withLock { $0 = true }
    await watch.look(at: start + .seconds(2))?.value
    #expect(watch.change(since: &version)?.rows.isEmpty == true)
  }
}
