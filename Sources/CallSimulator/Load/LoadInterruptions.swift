import AudioEngine

/// When one caller speaks over the bot, and how long the bot's clears take.
struct LoadInterruptions {
  /// Messages that the caller says each time.
  private let length: Int
  /// From one interruption to the next; nil for a single one.
  private let interval: Duration?
  private var next: MonotonicTime?
  private var said = 0
  /// The first message of an interruption that the bot has not answered.
  private var unanswered: MonotonicTime?
  private var quietUntil: MonotonicTime?
  /// How often the caller has spoken up.
  private(set) var made = 0
  /// From the first message of each to the clear.
  private(set) var reactions: [Duration] = []
  /// Media messages that a clear should have held back.
  private(set) var stale = 0

  /// How long a bot that speaks again and again must be silent after a clear. It is longer than any
  /// lead, so that speech which was under way is noticed.
  static let silence: Duration = .milliseconds(500)

  init(saying sound: LoadSound, every interval: Duration?) {
    length = sound.messages.count
    self.interval = interval
  }

  /// Speaks up at `time` for the first time.
  mutating func begin(at time: MonotonicTime) { next = time }

  /// No more of them: the caller is about to hang up.
  mutating func end() { next = nil }

  /// Which message of the sound is to be sent now; nil for silence.
  mutating func message(at now: MonotonicTime) -> Int? {
    guard let due = next, now >= due else { return nil }
    if said == 0 {
      made += 1
      unanswered = now
      quietUntil = nil
    }
    let message = said
    said += 1
    if said == length {
      said = 0
      next = interval.map { due + $0 }
    }
    return message
  }

  /// The bot's clear has come; one that nobody asked for is no answer.
  mutating func cleared(at now: MonotonicTime) {
    guard let since = unanswered else { return }
    reactions.append(now - since)
    unanswered = nil
    // A bot that is interrupted once is expected to listen from then on.
    quietUntil = interval == nil ? MonotonicTime(nanoseconds: .max) : now + Self.silence
  }

  /// The bot's media has come.
  mutating func heard(at now: MonotonicTime) {
    if let quietUntil, now < quietUntil { stale += 1 }
  }
}
