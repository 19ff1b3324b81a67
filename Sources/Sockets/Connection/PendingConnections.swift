import AudioEngine

/// The accepted connections of one listener that are no WebSockets yet: TLS, requests, answers.
///
/// Bounded in all and for each network that connects. Where there are too many, the oldest goes: who
/// has something to say says it at once, so those who hold a connection and say nothing keep nobody out.
/// Confined to its loop.
final class PendingConnections {
  private struct Entry {
    let connection: Connection
    let network: UInt64
  }

  private let most: Int
  private let mostOfNetwork: Int
  /// Oldest first. Bounded by `most`, so looking through it costs less than accepting did.
  private var entries: [Entry] = []

  init(_ limits: ConnectionLimits) {
    most = limits.pending
    mostOfNetwork = limits.pendingOfAddress
  }

  var count: Int { entries.count }

  /// Takes a new connection in, and cuts the oldest where there are too many.
  func add(_ connection: Connection, from network: UInt64) {
    entries.append(Entry(connection: connection, network: network))
    if entries.count > most {
      evict { _ in true }
    } else if entries.reduce(0, { $0 + ($1.network == network ? 1 : 0) }) > mostOfNetwork {
      evict { $0.network == network }
    }
  }

  /// Cuts the oldest there is; false where there is none.
  @discardableResult
  func evictOldest() -> Bool { evict { _ in true } }

  /// The connection has become a WebSocket, or is gone.
  func remove(_ connection: Connection) {
    guard let index = entries.firstIndex(where: { $0.connection === connection }) else { return }
    entries.remove(at: index)
  }

  @discardableResult
  private func evict(_ isMeant: (Entry) -> Bool) -> Bool {
    guard let index = entries.firstIndex(where: isMeant) else { return false }
    entries.remove(at: index).connection.reset()
    return true
  }
}

/// Lets TLS handshakes begin one after the other, at a bounded rate: each costs the loop that carries
/// calls a signature, about a millisecond, for a few hundred bytes of a stranger's.
///
/// Who must wait waits in order, and behind no more than its own network's rate lets through. As many wait
/// as there are pending connections. Confined to its loop.
final class HandshakeQueue {
  private struct Waiting {
    let connection: Connection
    let network: UInt64
  }

  private let loop: EventLoop
  private var all: TokenBucket
  private var networks: TokenBuckets<UInt64>
  private var waiting: [Waiting] = []
  private var timer: LoopTimer?
  /// When somebody who waits is looked at again.
  private let interval: Duration

  init(loop: EventLoop, _ limits: ConnectionLimits) {
    self.loop = loop
    all = TokenBucket(perSecond: limits.handshakesPerSecond, burst: Self.burst)
    networks = TokenBuckets(perSecond: limits.handshakesPerSecondOfAddress, burst: Self.burst)
    interval = .seconds(1) / limits.handshakesPerSecond
  }

  /// Handshakes that may begin at once: ten milliseconds' worth of signatures.
  private static let burst = 8

  /// Whether a handshake may begin now; else it is told later to.
  func mayStart(_ connection: Connection, from network: UInt64) -> Bool {
    if waiting.isEmpty, take(network) { return true }
    waiting.append(Waiting(connection: connection, network: network))
    arm()
    return false
  }

  /// The connection is gone.
  func remove(_ connection: Connection) { waiting.removeAll { $0.connection === connection } }

  /// Nobody waits any more: the listener ends.
  func stop() {
    timer?.cancel()
    timer = nil
    waiting.removeAll()
  }

  private func take(_ network: UInt64) -> Bool {
    let now = EventLoop.now
    guard networks.has(network, at: now), all.take(at: now) else { return false }
    return networks.take(network, at: now)
  }

  private func startNext() {
    // The first whose network has not had its share; of one network, whoever came first.
    if let index = waiting.firstIndex(where: { take($0.network) }) {
      waiting.remove(at: index).connection.startHandshake()
    }
    if !waiting.isEmpty { arm() }
  }

  private func arm() {
    let timer = timer ?? LoopTimer(loop: loop) { [unowned self] in startNext() }
    if !timer.isArmed { timer.arm(at: EventLoop.now + interval) }
    self.timer = timer
  }
}
