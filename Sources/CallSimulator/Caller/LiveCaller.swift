import AudioEngine

/// What somebody at the other end of the line does, as it happens.
public enum CallerAct: Hashable, Sendable {
  /// Says something: wire bytes of whole samples, in the stream's format. They leave in messages of the
  /// script's cadence as soon as one is full.
  case say([UInt8])
  /// Presses a key: `0` to `9`, `*`, `#`, `A` to `D`.
  case press(Character)
  /// Hangs up, after what has been said.
  case hangUp
  /// Has a network that is like this from now on, where there is a ``RoughPlatform``.
  case network(RoughNetwork)
  /// Has a network on which nothing arrives for so long, and then all at once, as above.
  case stall(Duration)
}

/// A caller who is alive: acts that have come and not gone out yet. Bounded, whatever comes how fast.
struct LiveCaller: Sendable {
  private let chunkBytes: Int
  private let mostBytes: Int
  private var said: [UInt8] = []
  private var keys: [Character] = []
  private var hangsUp = false

  /// Keys that may wait; further ones are dropped, as a telephone drops them.
  private static let mostKeys = 32
  /// Speech that may wait for a bot that does not read; the oldest goes first.
  private static let longestSpeech: Duration = .seconds(2)

  /// Makes a caller who has done nothing and speaks in messages of `chunkBytes`.
  init(format: WireFormat, chunkBytes: Int) {
    self.chunkBytes = chunkBytes
    let bytes = format.byteCount(nanoseconds: Self.longestSpeech.wholeNanoseconds)
    mostBytes = max(bytes, chunkBytes)
  }

  mutating func take(_ act: CallerAct) {
    guard !hangsUp else { return }
    switch act {
    case .say(let bytes):
      said += bytes
      if said.count > mostBytes { said.removeFirst((said.count - mostBytes + 1) & ~1) }
    case .press(let key):
      if keys.count < Self.mostKeys { keys.append(key) }
    case .hangUp:
      hangsUp = true
    case .network, .stall:
      break
    }
  }

  /// Whether something has to go out.
  var isDue: Bool { hangsUp || !keys.isEmpty || said.count >= chunkBytes }

  mutating func nextKey() -> Character? { keys.isEmpty ? nil : keys.removeFirst() }

  /// A message's worth of speech; a short one before the end alone.
  mutating func nextSpeech() -> ArraySlice<UInt8>? {
    guard said.count >= chunkBytes || (hangsUp && !said.isEmpty) else { return nil }
    let chunk = said.prefix(chunkBytes)
    said.removeFirst(chunk.count)
    return chunk
  }
}
