import AudioEngine

/// The faults of one schedule, ready to be met as the call goes on.
struct FaultPlan {
  /// A fault that has a time of its own.
  enum Event {
    case broken
    case nonsense(Int)
    case stop
  }

  private var events: [(at: MonotonicTime, event: Event)] = []
  private var stalls: [(from: MonotonicTime, until: MonotonicTime)] = []
  private var lostClears: Set<Int> = []
  private var lostEchoes: Set<Int> = []
  private var doubledEchoes: Set<Int> = []
  private var lateEchoes: [Int: Duration] = [:]
  private var delayed: [(at: MonotonicTime, text: [UInt8])] = []
  private var clears = 0
  private var echoes = 0

  init(_ faults: [CallSchedule.Fault]) {
    for fault in faults {
      switch fault {
      case .stall(let at, let lasting): stalls.append((.zero + at, .zero + at + lasting))
      case .broken(let at): events.append((.zero + at, .broken))
      case .nonsense(let at, let kind): events.append((.zero + at, .nonsense(kind)))
      case .stop(let at): events.append((.zero + at, .stop))
      case .lostClear(let index): lostClears.insert(index)
      case .lostEcho(let index): lostEchoes.insert(index)
      case .doubledEcho(let index): doubledEchoes.insert(index)
      case .lateEcho(let index, let delay): lateEchoes[index] = delay
      case .hold, .early, .missing, .repeated: break
      }
    }
    events.sort { $0.at < $1.at }
  }

  /// When the stall that holds at `now` ends; nil where the host runs.
  func stallEnd(at now: MonotonicTime) -> MonotonicTime? {
    var end: MonotonicTime?
    for stall in stalls where stall.from <= now && now < stall.until {
      end = max(end ?? stall.until, stall.until)
    }
    return end
  }

  var nextDeadline: MonotonicTime? {
    [events.first?.at, delayed.first?.at].compactMap(\.self).min()
  }

  mutating func take(at now: MonotonicTime) -> Event? {
    guard let first = events.first, first.at <= now else { return nil }
    return events.removeFirst().event
  }

  /// How often, and how much later, the next echo comes.
  mutating func nextEcho() -> [Duration] {
    defer { echoes += 1 }
    if lostEchoes.contains(echoes) { return [] }
    let delay = lateEchoes[echoes] ?? .zero
    return doubledEchoes.contains(echoes) ? [delay, delay] : [delay]
  }

  /// Keeps a message back until a time.
  mutating func delay(_ text: [UInt8], until time: MonotonicTime) {
    let index = delayed.firstIndex { $0.at > time } ?? delayed.endIndex
    delayed.insert((time, text), at: index)
  }

  mutating func takeDelayed(at now: MonotonicTime) -> [UInt8]? {
    guard let first = delayed.first, first.at <= now else { return nil }
    return delayed.removeFirst().text
  }

  /// Whether the clear that has just arrived has no effect.
  mutating func losesClear() -> Bool {
    defer { clears += 1 }
    return lostClears.contains(clears)
  }
}
