/// Where the caller's messages lie on the line of time, found from when they arrived.
///
/// A message's audio was spoken before it arrived, and nobody says how long before. So the line is laid as
/// late as it can be with no message ending after its own arrival: what comes late, or in a bunch after a
/// stall, moves nothing, and a time in which nothing was sent is silence. Where the line turns out to be too
/// late, it is made shorter in a pause, and inside speech only when it is ``mostLate``. To tell the two apart each
/// message waits for those that follow it within ``window``. Places count samples.
struct CallerLine {
  private struct Message {
    let sampleCount: Int
    let arrival: Int
  }

  /// What is left uncorrected: less than an ear hears between two voices, and more than a network's
  /// quickest messages differ by.
  private static let tolerance: Int64 = 15_000_000
  /// Later than this the line never is, though a piece of a word goes.
  static let mostLate: Int64 = 100_000_000
  /// Peaks up to this are a pause: -44 dB of full scale.
  private static let quietPeak: UInt16 = 200
  /// How long a message waits for what follows it.
  static let window: Int64 = 2_000_000_000
  /// After so long without a message nobody waits for a bunch any more.
  static let patience: Int64 = 10_000_000_000
  /// Audio beyond it comes faster than anybody speaks, and is dropped.
  private static let longestBunch: Int64 = 15_000_000_000

  private let wire: WireFormat
  private let tolerance: Int
  private let mostLate: Int
  private let window: Int
  private let patience: Int
  private let longestBunch: Int

  /// Audio that has its place, from what was taken last to ``end``.
  private(set) var audio: [UInt8] = []
  /// Samples up to here have their place.
  private(set) var end = 0
  /// Samples that had no place: more audio than time.
  private(set) var skipped = 0
  private var waiting: [UInt8] = []
  private var waitingCount = 0
  private var messages = FIFO<Message>()
  private var lastArrival = 0
  private var hasBegun = false

  init(_ wire: WireFormat) {
    self.wire = wire
    tolerance = wire.rate.sampleCount(nanoseconds: Self.tolerance)
    mostLate = wire.rate.sampleCount(nanoseconds: Self.mostLate)
    window = wire.rate.sampleCount(nanoseconds: Self.window)
    patience = wire.rate.sampleCount(nanoseconds: Self.patience)
    longestBunch = wire.rate.sampleCount(nanoseconds: Self.longestBunch)
  }

  /// Takes whole samples; ``endMessage(at:)`` follows the message's last.
  mutating func append(_ bytes: RawSpan) {
    guard waitingCount + bytes.byteCount / wire.encoding.bytesPerSample <= longestBunch else {
      skipped += bytes.byteCount / wire.encoding.bytesPerSample
      return
    }
    waiting.append(bytes)
  }

  /// What was appended since the last call is one message, which arrived at `now`.
  mutating func endMessage(at now: Int) {
    let count = waiting.count / wire.encoding.bytesPerSample - waitingCount
    guard count > 0 else { return }
    waitingCount += count
    lastArrival = now
    messages.append(Message(sampleCount: count, arrival: now))
  }

  /// Gives a place to what has waited long enough; to all where the call is over.
  mutating func advance(to now: Int, isOver: Bool = false) {
    while let first = messages.first, isOver || now - first.arrival >= window { place(first) }
    guard isOver || messages.isEmpty else { return }
    // Nothing has come for so long that it was silence.
    pad(to: isOver ? now : max(lastArrival, now - patience))
  }

  /// Takes the audio of the first `sampleCount` samples that were not taken.
  mutating func take(_ sampleCount: Int) -> [UInt8] {
    let bytes = sampleCount * wire.encoding.bytesPerSample
    let taken = Array(audio.prefix(bytes))
    audio.removeFirst(taken.count)
    return taken
  }

  /// Ends the line at `place`, which was not taken yet.
  mutating func truncate(to place: Int) {
    guard end > place else { return }
    audio.removeLast((end - place) * wire.encoding.bytesPerSample)
    end = place
  }

  private mutating func place(_ message: Message) {
    // How much later this message and those behind it can lie.
    var slack = Int.max
    var reach = end
    for index in 0..<messages.count {
      reach += messages[index].sampleCount
      slack = min(slack, messages[index].arrival - reach)
    }
    messages.removeFirst()
    let bytesPerSample = wire.encoding.bytesPerSample
    if slack > (hasBegun ? tolerance : 0) { pad(to: end + slack) }
    let bytes = message.sampleCount * bytesPerSample
    let isTooLate = slack < -mostLate || slack < -tolerance && isQuiet(0..<bytes)
    let surplus = isTooLate ? min(-slack, message.sampleCount) : 0
    hasBegun = true
    skipped += surplus
    audio += waiting[(surplus * bytesPerSample)..<bytes]
    waiting.removeFirst(bytes)
    waitingCount -= message.sampleCount
    end += message.sampleCount - surplus
  }

  private func isQuiet(_ range: Range<Int>) -> Bool {
    wire.encoding.samples(of: waiting.span, in: range).allSatisfy {
      $0.magnitude <= Self.quietPeak
    }
  }

  private mutating func pad(to place: Int) {
    guard place > end else { return }
    audio += repeatElement(
      wire.encoding.silence, count: (place - end) * wire.encoding.bytesPerSample)
    end = place
  }
}
