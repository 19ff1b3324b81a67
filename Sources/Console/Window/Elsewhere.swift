import AudioEngine
import BotTransport
import Ground
import Telephony

/// What other servers of the service carry, as a page shows it: no number, the platform's identifiers alone.
struct Elsewhere: Encodable, Equatable, Sendable {
  /// A server.
  struct Server: Encodable, Equatable, Sendable {
    let name: String
    let calls: Int
    /// The address of its page; nil where it has none.
    let console: String?
  }

  /// A call.
  struct Row: Encodable, Equatable, Sendable {
    let server: String
    let platform: String
    let call: String
    let stream: String
    /// In Unix milliseconds.
    let startedAt: Int64
  }

  /// Rows at most.
  static let mostRows = 200

  let servers: [Server]
  let rows: [Row]

  init(_ peers: PeerCalls) {
    servers = peers.servers.prefix(Self.mostRows).map { server in
      // ws and wss: a page is behind http and https.
      let console = "http" + server.address.description.dropFirst(2) + WebConsole.path
      return Server(
        name: server.name, calls: server.calls, console: server.hasConsole ? console : nil)
    }
    rows = peers.calls.map { call in
      Row(
        server: call.server, platform: call.stream.platform?.name ?? "",
        call: call.stream.callSID, stream: call.stream.streamSID ?? "", startedAt: call.since)
    }
  }
}

/// Asks the other servers what they carry: once a second at most however many pages look, and never where none does.
/// Any thread.
final class PeerWatch: Sendable {
  private struct State {
    var askedAt: MonotonicTime?
    var isAsking = false
    /// What was seen last; nothing where the others cannot be asked.
    var latest = Elsewhere(PeerCalls(servers: [], calls: []))
    /// Counts every change.
    var version = 0
  }

  private static let interval: Duration = .seconds(1)

  private let peers: any ServerPeers
  private let state = Locked(State())

  init(_ peers: any ServerPeers) { self.peers = peers }

  /// What there is to see, where that has changed since `version`, which moves on.
  func change(since version: inout Int) -> Elsewhere? {
    let (now, latest) = state.withLock { ($0.version, $0.latest) }
    defer { version = now }
    return now == version ? nil : latest
  }

  /// A page looks at `now`: asks, unless that was done a moment ago. Gives what asks.
  @discardableResult
  func look(at now: MonotonicTime) -> Task<Void, Never>? {
    let isDue = state.withLock { state in
      guard !state.isAsking, state.askedAt.map({ now - $0 >= Self.interval }) ?? true else {
        return false
      }
      state.askedAt = now
      state.isAsking = true
      return true
    }
    guard isDue else { return nil }
    return Task {
      let found = await peers.calls(atMost: Elsewhere.mostRows)
      let seen = Elsewhere(found ?? PeerCalls(servers: [], calls: []))
      state.withLock { state in
        state.isAsking = false
        guard seen != state.latest else { return }
        state.latest = seen
        state.version += 1
      }
    }
  }
}
