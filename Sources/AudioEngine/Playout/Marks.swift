/// A mark: a place in the speech, and what is to be told when the caller has heard everything before it.
struct Mark {
  enum Kind {
    /// The bot asked for it.
    case named(String)
    /// The end of its utterance.
    case end
    /// One of the engine's own, for the position.
    case position
  }
  let position: Int
  let epoch: Epoch
  var kind: Kind
  /// Inside a payload it need not wait for the payload's end: it counts as played when the ear has come so
  /// far since the last echo.
  var isReckoned = false
}

/// A mark that the platform has been asked to echo.
struct SentMark {
  var mark: Mark
  let serial: Int
  /// What had left before it, as the clock counts.
  let offset: Int
  /// When the ear reaches it at the earliest.
  let playedAt: Int64
  /// The same of its own place, which lies before that where it is inside a payload.
  let reachedAt: Int64
  /// Where the audio begins in front of it that plays without a hole, as the clock counts.
  let runOffset: Int
  /// The platform has echoed it. It still is not played before `playedAt`.
  var isEchoed = false
}

/// The marks of speech that has not ended, in order of their places: first those whose echo is awaited,
/// then those whose place has not left.
struct Marks {
  private(set) var sent = FIFO<SentMark>()
  /// When the ear reaches the oldest of ``sent`` at the earliest; the end of time where there is none.
  private(set) var earliestEnd = Int64.max
  /// How many of the oldest in ``sent`` have been told already and wait for their echo alone.
  private var toldCount = 0
  private var waiting = FIFO<Mark>()
  private var lastSerial = 0

  /// Adds a mark behind all others.
  mutating func add(_ mark: Mark) {
    waiting.append(mark)
  }

  /// Whether a mark's place has been reached when everything before `position` has left.
  func isDue(at position: Int) -> Bool {
    waiting.first.map { $0.position <= position } ?? false
  }

  /// Takes the next mark whose place has been reached.
  mutating func takeDue(at position: Int) -> Mark? {
    isDue(at: position) ? waiting.removeFirst() : nil
  }

  /// Enters a mark among those whose echo is awaited.
  ///
  /// - Returns: its name, which starts with a serial number, so that an echo can never be taken for that
  ///   of another mark of the same label.
  mutating func send(
    _ mark: Mark, offset: Int, playedAt: Int64, reachedAt: Int64, runOffset: Int
  ) -> String {
    lastSerial += 1
    if sent.isEmpty { earliestEnd = playedAt }
    sent.append(
      SentMark(
        mark: mark, serial: lastSerial, offset: offset, playedAt: playedAt, reachedAt: reachedAt,
        runOffset: runOffset))
    if case .named(let label) = mark.kind { return "\(lastSerial):\(label)" }
    return String(lastSerial)
  }

  /// Notes an echo: the socket keeps order, so what was sent before an echoed mark has been played too.
  ///
  /// - Returns: the mark as it was before; nil where its echo was not awaited.
  mutating func echo(_ serial: Int) -> SentMark? {
    guard let oldest = sent.first, let newest = sent.last,
      (oldest.serial...newest.serial).contains(serial)
    else { return nil }
    let mark = sent[serial - oldest.serial]
    if !mark.isEchoed {
      for index in 0...(serial - oldest.serial) { sent.update(index) { $0.isEchoed = true } }
    }
    return mark
  }

  /// Takes out the oldest mark whose echo is awaited.
  @discardableResult
  mutating func removeSent() -> SentMark? {
    let oldest = sent.removeFirst()
    earliestEnd = sent.first?.playedAt ?? .max
    toldCount = max(toldCount - 1, 0)
    return oldest
  }

  /// The oldest mark that has not been told, if its place inside a payload may be reckoned.
  var reckoned: SentMark? {
    guard toldCount < sent.count, sent[toldCount].mark.isReckoned else { return nil }
    return sent[toldCount]
  }

  /// Notes that ``reckoned`` has been told: its echo still says where the ear is.
  mutating func tellReckoned() {
    sent.update(toldCount) { $0.mark.kind = .position }
    toldCount += 1
  }

  /// Has every mark sent again: a platform may forget those it is told to clear.
  mutating func takeBack() {
    var again = FIFO<Mark>()
    while let mark = removeSent()?.mark {
      if case .position = mark.kind { continue }
      again.append(mark)
    }
    while let mark = waiting.removeFirst() { again.append(mark) }
    waiting = again
  }

  /// Takes out every mark, oldest first.
  mutating func takeNext() -> Mark? {
    removeSent()?.mark ?? waiting.removeFirst()
  }

  /// The number in front of a mark's name: at most nine digits, then nothing or a colon.
  static func serial(of name: String) -> Int? {
    var number = 0
    var digits = 0
    for byte in name.utf8 {
      if byte == UInt8(ascii: ":") { break }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < 9 else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
      digits += 1
    }
    return digits > 0 ? number : nil
  }
}
