public import AudioEngine

/// The network between platform and bot under the virtual clock: an ordered stream each way, as TCP
/// is, where a message that is held up holds up those behind it. Faults are put in here.
public struct SimulatedLink {
  /// Which way a message travels.
  public enum Direction: Hashable, Sendable {
    /// From the platform to the bot.
    case toBot
    /// From the bot to the platform.
    case toPlatform
  }

  /// How long a message takes, given its direction and its number in that direction from 0 on.
  public var delay: (Direction, Int) -> Duration
  /// When the connection breaks without a close message; nil for never.
  public var breaksAt: MonotonicTime?
  /// Times in which nothing arrives; what should have arrives together at their end.
  public var holds: [Hold] = []

  /// A time in which nothing arrives in one direction.
  public struct Hold: Hashable, Sendable {
    /// Which way.
    public var direction: Direction
    /// From when on.
    public var from: MonotonicTime
    /// When everything that waited arrives.
    public var until: MonotonicTime

    /// Makes a hold.
    public init(direction: Direction, from: MonotonicTime, until: MonotonicTime) {
      self.direction = direction
      self.from = from
      self.until = until
    }
  }

  /// Makes a link; by default one that takes no time and never breaks.
  public init(
    breaksAt: MonotonicTime? = nil,
    delay: @escaping (Direction, Int) -> Duration = { _, _ in .zero }
  ) {
    self.breaksAt = breaksAt
    self.delay = delay
  }
}

/// The messages on their way in one direction.
struct LinkLane<Message> {
  private let direction: SimulatedLink.Direction
  private var travelling: [(arrival: MonotonicTime, message: Message)] = []
  private var sent = 0

  init(_ direction: SimulatedLink.Direction) {
    self.direction = direction
  }

  var nextArrival: MonotonicTime? { travelling.first?.arrival }

  /// Messages on their way.
  var count: Int { travelling.count }

  mutating func send(_ message: Message, over link: SimulatedLink, at now: MonotonicTime) {
    var arrival = now + max(link.delay(direction, sent), .zero)
    for hold in link.holds
    where hold.direction == direction && (hold.from..<max(hold.from, hold.until)).contains(arrival)
    {
      arrival = hold.until
    }
    travelling.append((max(arrival, travelling.last?.arrival ?? arrival), message))
    sent += 1
  }

  mutating func receive(at now: MonotonicTime) -> Message? {
    guard let first = travelling.first, first.arrival <= now else { return nil }
    return travelling.removeFirst().message
  }
}

extension LinkLane: Sendable where Message: Sendable {}
