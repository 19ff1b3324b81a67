/// How far it has come with a caller who speaks over the bot.
///
/// One at a time, from the moment at which he begins until it is decided; what he says after that changes
/// nothing before he has stopped.
struct BargeIn {
  enum Phase: Equatable {
    /// He does not speak over the bot, or it is decided.
    case none
    /// He has not spoken for long enough, or there has been no pause.
    case listening
    /// The bot is asked.
    case asked
  }

  private(set) var phase = Phase.none
  /// When he began, as it was heard.
  private(set) var began = MonotonicTime.zero
  /// Since when the bot is held for him; nil where it is not.
  private(set) var heldSince: MonotonicTime?
  /// When something is to be decided without anything more being heard; ``MonotonicTime/distantFuture``
  /// for never.
  private(set) var deadline = MonotonicTime.distantFuture
  /// Where in the speech the ear was when he was last listened to.
  var ear = 0
  /// Whether he has spoken for long enough.
  var isEnough = false

  /// He begins.
  mutating func begin(at now: MonotonicTime, ear: Int) {
    phase = .listening
    began = now
    self.ear = ear
  }

  /// The bot is held for him.
  mutating func hold(at now: MonotonicTime, atMost limit: Duration) {
    heldSince = now
    deadline = now + limit
  }

  /// Somebody else answers for what is held.
  mutating func giveUpHold() {
    heldSince = nil
    if phase == .listening { deadline = .distantFuture }
  }

  /// The bot is asked.
  mutating func ask(until deadline: MonotonicTime) {
    phase = .asked
    self.deadline = deadline
  }

  /// It is decided.
  ///
  /// - Returns: since when the bot was held.
  mutating func settle() -> MonotonicTime? {
    defer { self = BargeIn() }
    return heldSince
  }
}
