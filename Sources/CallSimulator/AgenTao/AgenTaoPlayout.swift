import AudioEngine

/// The server's jitter buffer: the agent's audio from its arrival to the ears of the parties.
///
/// Played in slices of 20 ms, each taken when it begins to be heard. Positions are counted in bytes
/// since the call began or, where the wire has epochs, since the epoch began. Nothing here reads a
/// clock; time comes with each call.
struct AgenTaoPlayout {
  static let slice: Duration = .milliseconds(20)
  /// More than this is never kept, whatever a client sends unasked.
  static let mostQueuedBytes = 8 << 20

  /// How much is to be kept ahead of the ear.
  let aheadBytes: Int
  private let rate: SampleRate
  private let sliceBytes: Int
  private let recordLimit: Int

  /// The epoch of what is queued, 0 at first.
  private(set) var epoch = 0
  /// How many bytes the client may have sent by now in this epoch.
  private(set) var allowed = 0
  /// How many it has sent in this epoch.
  private(set) var received = 0
  /// How many were played in this epoch.
  private(set) var played = 0
  /// What was dropped by clears.
  private(set) var discarded = 0
  /// What came beyond what was asked for.
  private(set) var excess = 0
  private(set) var heardByCaller = AgenTaoHearing()
  private(set) var heardByCallee = AgenTaoHearing()

  private var queue: [UInt8] = []
  private var head = 0
  private var nextSlice: MonotonicTime

  /// An empty buffer, which keeps `recordLimit` bytes of what each party heard.
  init(rate: SampleRate, ahead: Duration, recordLimit: Int, start: MonotonicTime) {
    self.rate = rate
    self.recordLimit = recordLimit
    sliceBytes = rate.sampleCount(nanoseconds: Self.slice.wholeNanoseconds) * 2
    let slices = Int(max(ahead.wholeNanoseconds, 0) / Self.slice.wholeNanoseconds)
    aheadBytes = max(slices, 1) * sliceBytes
    nextSlice = start
  }

  /// Bytes that wait to be heard.
  var queued: Int { queue.count - head }
  /// Bytes that were asked for and did not come yet.
  var outstanding: Int { max(allowed - received, 0) }

  /// Takes audio that has arrived, and gives how many bytes of it went beyond the allowance:
  /// those are dropped where `dropsExcess`, and only counted elsewhere.
  @discardableResult
  mutating func append(_ bytes: ArraySlice<UInt8>, dropsExcess: Bool) -> Int {
    let over = min(max(received + bytes.count - allowed, 0), bytes.count)
    excess += over
    let taken = dropsExcess ? bytes.dropLast(over) : bytes
    received += taken.count
    queue += taken.prefix(max(Self.mostQueuedBytes - queued, 0))
    return over
  }

  /// Plays what is due.
  mutating func advance(to now: MonotonicTime, callerHears: Bool, calleeHears: Bool) {
    while nextSlice <= now {
      guard queued > 0 else {
        let missed = (now - nextSlice).wholeNanoseconds / Self.slice.wholeNanoseconds
        nextSlice = nextSlice + .nanoseconds((missed + 1) * Self.slice.wholeNanoseconds)
        heardByCaller.pauses()
        heardByCallee.pauses()
        break
      }
      let piece = queue[head..<min(head + sliceBytes, queue.count)]
      if callerHears { heardByCaller.hears(piece, limit: recordLimit) }
      if calleeHears { heardByCallee.hears(piece, limit: recordLimit) }
      head += piece.count
      played += piece.count
      nextSlice = nextSlice + Self.slice
    }
    if head > 65_536 || head == queue.count {
      queue.removeFirst(head)
      head = 0
    }
  }

  /// Drops what waits, and gives how many bytes that were. A new epoch counts from nothing; a wire
  /// without epochs (nil) goes on counting.
  mutating func clear(newEpoch: Int?) -> Int {
    let dropped = queued
    discarded += dropped
    queue.removeAll(keepingCapacity: true)
    head = 0
    if let newEpoch {
      epoch = newEpoch
      (allowed, received, played) = (0, 0, 0)
    }
    return dropped
  }

  /// Allows `more` bytes beyond what is allowed already.
  mutating func allow(_ more: Int) { allowed += more }

  /// How much more may be allowed now.
  var room: Int { max(aheadBytes - queued - outstanding, 0) }
}

/// What one party has heard of the agent.
struct AgenTaoHearing: Sendable {
  /// The audio, silence left out, up to a limit.
  private(set) var audio: [UInt8] = []
  /// All that was heard, also beyond that limit.
  private(set) var byteCount = 0
  /// How many stretches without a pause it came in.
  private(set) var stretches = 0
  private var isSpeaking = false

  mutating func hears(_ piece: ArraySlice<UInt8>, limit: Int) {
    if !isSpeaking { stretches += 1 }
    isSpeaking = true
    byteCount += piece.count
    audio += piece.prefix(max(limit - audio.count, 0))
  }

  mutating func pauses() { isSpeaking = false }
}
