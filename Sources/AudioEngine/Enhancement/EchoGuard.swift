/// Tells of each cleaned frame whether what is in it may be the bot's own voice, so that no detector takes that
/// for the caller's.
///
/// Where the bot is played, it is so until the echo is found and ``removal`` of it are taken out; afterwards
/// wherever as much is taken out of a frame: what is left then is the echo's rest, since a caller is not
/// taken out. A caller who is softer than the echo by more than that is not told from it.
struct EchoGuard {
  /// 13 dB, as a ratio of energies.
  private static let removal = 20.0
  /// Frames of the bot's speech in which a delay is found where there is an echo: two seconds.
  private static let searchBound = 100
  /// Frames of it in which the filter learns the echo's path: six seconds.
  private static let learningBound = 300
  /// Frames of it after which the longest delay is over, and what a caller says to it has had time to come.
  private static let returnBound = 30
  /// Frames of it in a row from which so much is taken out that the path is known: a second, since what
  /// was learnt of one sound need not do for the next.
  private static let enough = 50
  /// Frames for which what follows one from which so much was taken out is the echo's rest as well.
  private static let hold = 3
  /// The energy of a sample in which no echo is to be heard: -60 dBFS.
  private static let quiet = 1_074.0

  private enum Phase {
    case searching(frames: Int, quiet: Int)
    case learning(frames: Int, removed: Int)
    case known(removed: Int)
  }

  private var phase = Phase.searching(frames: 0, quiet: 0)
  /// Of the last tenth of a second.
  private var came = 0.0
  private var left = 0.0

  /// Whether the newest frame may hold the bot's voice, if the bot can be heard at all.
  var isDoubtful: Bool {
    guard case .known(let frames) = phase else { return true }
    return frames > 0
  }

  private var isTakenOut: Bool { left * Self.removal < came }

  /// The filter begins to learn an echo's path.
  mutating func align() {
    phase = .learning(frames: 0, removed: 0)
    (came, left) = (0, 0)
  }

  /// Takes the energies of a sample of one frame as it came and as it was left, of which `isFarLoud` says
  /// whether the bot was played meanwhile.
  mutating func listen(came: Double, left: Double, isFarLoud: Bool) {
    self.came = 0.8 * self.came + came
    self.left = 0.8 * self.left + left
    switch phase {
    case .searching(let frames, let quiet) where isFarLoud:
      let isQuiet = frames > Self.returnBound && came < Self.quiet
      phase = .searching(frames: frames + 1, quiet: quiet + (isQuiet ? 1 : 0))
      // The line returns nothing, or the caller speaks all the while.
      if quiet > Self.returnBound || frames > Self.searchBound { phase = .known(removed: 0) }
    case .learning(let frames, let removed) where isFarLoud:
      let run = isTakenOut ? removed + 1 : 0
      let isOver = run > Self.enough || frames > Self.learningBound
      phase = isOver ? .known(removed: Self.hold) : .learning(frames: frames + 1, removed: run)
    case .known(let removed):
      phase = .known(removed: isTakenOut ? Self.hold : max(removed - 1, 0))
    case .searching, .learning:
      break
    }
  }
}
