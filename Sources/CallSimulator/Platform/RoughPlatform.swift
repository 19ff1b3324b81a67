public import AudioEngine
import SeededRandom
import Telephony

/// How bad the way between a platform and a bot is, as somebody makes it while a call is up.
public struct RoughNetwork: Hashable, Sendable {
  /// Each message takes so long, either way.
  public var delay: Duration
  /// And up to so much longer, by chance. Messages stay in order, as TCP's do.
  public var jitter: Duration
  /// So many of a hundred media messages never come.
  public var lossPercent: Int

  /// Nothing is wrong.
  public static let good = RoughNetwork()
  /// No message takes longer.
  public static let longest: Duration = .seconds(2)

  /// Makes a network; what is beyond the bounds is taken for the bound.
  public init(delay: Duration = .zero, jitter: Duration = .zero, lossPercent: Int = 0) {
    self.delay = min(max(delay, .zero), Self.longest)
    self.jitter = min(max(jitter, .zero), Self.longest)
    self.lossPercent = min(max(lossPercent, 0), 100)
  }
}

/// A platform behind a network that may be bad: what it sends and what it is sent comes late, or never.
/// Its driver sees a platform like any other.
public struct RoughPlatform: SimulatedPlatform {
  private var base: any SimulatedPlatform
  private var toBot = LinkLane<PlatformAction>(.toBot)
  private var toPlatform = LinkLane<BotMessage>(.toPlatform)
  private var network = RoughNetwork.good
  private var random: SplitMix64
  /// A stall that begins with the next message.
  private var stall: Duration?
  /// Nothing arrives before; then all at once.
  private var stallEnd = MonotonicTime.zero

  /// Messages on their way, either way; more arrive at once.
  private static let mostTravelling = 4_096

  /// Puts a network in front of `base`; chance comes from `seed`.
  public init(_ base: any SimulatedPlatform, seed: UInt64 = 0) {
    self.base = base
    random = SplitMix64(seed: seed)
  }

  /// What the network is made is so from now on; what is on its way keeps its time.
  public mutating func perform(_ act: CallerAct) {
    switch act {
    case .network(let network): self.network = network
    case .stall(let duration): stall = min(max(duration, .zero), RoughNetwork.longest)
    case .say, .press, .hangUp: base.perform(act)
    }
  }

  /// Comes to the platform after its way.
  public mutating func received(_ message: BotMessage, at now: MonotonicTime) {
    deliver(at: now)
    if case .text(let text) = message, isLost(text) { return }
    toPlatform.send(message, over: link(at: now), at: now)
    deliver(at: now)
  }

  /// What comes out of the network by now.
  public mutating func poll(at now: MonotonicTime) -> PlatformAction? {
    deliver(at: now)
    while let action = base.poll(at: now) {
      if case .send(let text) = action, isLost(text) { continue }
      toBot.send(action, over: link(at: now), at: now)
    }
    return toBot.receive(at: toBot.count > Self.mostTravelling ? .distantFuture : now)
  }

  /// When something arrives, or the platform acts.
  public var nextDeadline: MonotonicTime? {
    [base.nextDeadline, toBot.nextArrival, toPlatform.nextArrival].compactMap(\.self).min()
  }

  private mutating func deliver(at now: MonotonicTime) {
    while let message = toPlatform.receive(
      at: toPlatform.count > Self.mostTravelling ? .distantFuture : now)
    {
      base.received(message, at: now)
    }
  }

  private mutating func isLost(_ text: [UInt8]) -> Bool {
    guard network.lossPercent > 0, unsafe QuickMedia.read(text.span.bytes) != nil else {
      return false
    }
    return Int.random(in: 0..<100, using: &random) < network.lossPercent
  }

  private mutating func link(at now: MonotonicTime) -> SimulatedLink {
    let jitter = network.jitter.wholeNanoseconds
    let late = jitter > 0 ? Int64.random(in: 0...jitter, using: &random) : 0
    let delay = network.delay + .nanoseconds(late)
    if let stall = stall.take() { stallEnd = now + stall }
    let stalled = max(stallEnd - now, .zero)
    return SimulatedLink { _, _ in max(delay, stalled) }
  }
}

// What the network has no part in.
extension RoughPlatform {
  /// The platform's.
  public func handshake(for url: String) -> Handshake { base.handshake(for: url) }
  /// Told to the platform.
  public mutating func opened(at now: MonotonicTime) { base.opened(at: now) }
  /// The platform's.
  public var line: PlayoutLine? { base.line }
  /// The platform's.
  public var readBacklog: ReadBacklog? { base.readBacklog }
  /// The platform's.
  public func unread(at now: MonotonicTime, blocked: Duration) -> Duration {
    base.unread(at: now, blocked: blocked)
  }
  /// Told to the platform, behind what the socket has brought.
  public mutating func closed(code: Int, by side: CallReport.Side, at now: MonotonicTime) {
    while let message = toPlatform.receive(at: .distantFuture) { base.received(message, at: now) }
    base.closed(code: code, by: side, at: now)
  }
  /// Told to the platform.
  public mutating func failed(_ sentence: String, at now: MonotonicTime) {
    base.failed(sentence, at: now)
  }
  /// The platform's.
  public var isOver: Bool { base.isOver }
  /// The platform's.
  public func progress(at now: MonotonicTime) -> CallProgress { base.progress(at: now) }
  /// The platform's.
  public func report(at now: MonotonicTime) -> CallReport { base.report(at: now) }
  /// The platform's.
  public func heard(at now: MonotonicTime) -> WaveFile { base.heard(at: now) }
  /// The platform's.
  public var said: WaveFile { base.said }
}
