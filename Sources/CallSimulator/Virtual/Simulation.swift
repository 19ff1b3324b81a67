public import AudioEngine

/// One call under a virtual clock: platform, link and bot run as fast as the machine allows, and the
/// same inputs give the same call to the byte.
///
/// Time starts at zero and jumps from deadline to deadline. At one instant the platform goes first;
/// messages that take no time are answered within it.
public struct Simulation<Platform: SimulatedPlatform, Bot: SimulatedBot> {
  /// The platform's side, as it stands.
  public private(set) var platform: Platform
  /// The bot's side, as it stands.
  public private(set) var bot: Bot
  /// The present.
  public private(set) var now = MonotonicTime.zero
  /// Told of every message when it arrives, for traces.
  public var observe: ((MonotonicTime, Arrival) -> Void)?

  private let link: SimulatedLink
  private var toBot = LinkLane<PlatformAction>(.toBot)
  private var toPlatform = LinkLane<BotAction>(.toPlatform)

  /// Something that has arrived at one of the two ends.
  public enum Arrival: Hashable, Sendable {
    /// The bot received this.
    case atBot(PlatformAction)
    /// The platform received this.
    case atPlatform(BotAction)
  }

  /// Events at one instant; more means that platform and bot answer each other without end.
  private static var mostEventsAtOnce: Int { 100_000 }

  /// Makes a call that has not begun.
  public init(platform: Platform, bot: Bot, link: SimulatedLink = SimulatedLink()) {
    self.platform = platform
    self.bot = bot
    self.link = link
  }

  /// Runs the call until its socket ends, nothing is left to happen, or `limit`.
  ///
  /// Traps where a bot names a deadline that has passed and then does nothing: time could not go on.
  ///
  /// - Returns: the platform's report.
  @discardableResult
  public mutating func run(
    until limit: MonotonicTime = MonotonicTime(nanoseconds: 3_600_000_000_000)
  )
    -> CallReport
  {
    platform.opened(at: now)
    bot.received(.opened, at: now)
    while true {
      settle()
      guard !platform.isOver, let next = nextDeadline, next <= limit else { break }
      precondition(
        next > now,
        "a deadline lies in the past, but poll(at:) did nothing: clear it when it is met")
      now = next
    }
    return platform.report(at: now)
  }

  private var nextDeadline: MonotonicTime? {
    let deadlines = [
      platform.nextDeadline, bot.nextDeadline, toBot.nextArrival, toPlatform.nextArrival,
      link.breaksAt,
    ]
    return deadlines.compactMap(\.self).min()
  }

  private mutating func settle() {
    for _ in 0..<Self.mostEventsAtOnce {
      if let breaksAt = link.breaksAt, breaksAt <= now, !platform.isOver {
        return close(code: 1006, by: .bot)
      }
      guard !platform.isOver, stepOnce() else { return }
    }
    platform.failed("platform and bot answer each other without end", at: now)
  }

  /// Lets one thing happen; false where nothing is due.
  private mutating func stepOnce() -> Bool {
    if let action = platform.poll(at: now) {
      toBot.send(action, over: link, at: now)
    } else if let action = bot.poll(at: now) {
      toPlatform.send(action, over: link, at: now)
    } else if let action = toBot.receive(at: now) {
      observe?(now, .atBot(action))
      switch action {
      case .send(let text): bot.received(.text(text), at: now)
      case .close(let code): close(code: code, by: .platform)
      }
    } else if let action = toPlatform.receive(at: now) {
      observe?(now, .atPlatform(action))
      switch action {
      case .send(let message): platform.received(message, at: now)
      case .close(let code): close(code: code, by: .bot)
      }
    } else {
      return false
    }
    return true
  }

  private mutating func close(code: Int, by side: CallReport.Side) {
    platform.closed(code: code, by: side, at: now)
    bot.received(.closed, at: now)
  }
}
