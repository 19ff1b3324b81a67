/// A telephone key that was heard in the audio itself.
public struct KeyTone: Hashable, Sendable {
  /// `0` to `9`, `A` to `D`, `*` or `#`.
  public let digit: Character
  /// When it began, from the first sample heard, to about 4 ms.
  public let position: Duration
  /// How long it lasted, to about 7 ms.
  public var duration: Duration
}

/// Hears telephone keys (DTMF) in the caller's audio, for lines whose platform does not tell them as
/// messages.
///
/// Eight correlations over blocks of 12.75 ms, one beginning every 6.375 ms, each of one row and one
/// column of the keypad. A block holds a key where the two strongest hold most of its energy, stand
/// out in their groups, differ by no more than a line may twist them, and turn from block to block at
/// their own frequencies. Four such blocks in a row are a key: by ITU-T Q.24 one of 40 ms is heard and one
/// of 23 ms is not, a frequency off by 1.5 % is taken and one off by 3.5 % is not, and a gap of 10 ms
/// does not make two of one, as one of 40 ms does. What speech there is that sounds like keys:
/// docs/listening.md.
///
/// In double precision without fused operations: the same audio gives the same keys everywhere, however
/// it is cut. Hears 8, 16 and 24 kHz; nothing at other rates; a rate that changes begins anew. Allocates
/// nothing.
public struct KeyToneDetector: Sendable {
  /// What a call of ``hear(_:rate:)`` found.
  public enum Edge: Hashable, Sendable {
    /// A key is held; its duration is what has been heard of it.
    case began(KeyTone)
    /// It was let go.
    case ended(KeyTone)
  }

  /// The key that is held now.
  public private(set) var held: KeyTone?

  private let kernels: Kernels
  private var rate: SampleRate?
  private var narrowing: FixedResampler?
  private var hop = KeyToneHop()
  private var before = KeyToneHop()
  private var block: KeyToneBlock?
  /// Blocks that have ended.
  private var blockCount = 0
  private var first = 0
  private var last = 0
  private var matches = 0
  private var candidate = -1

  private static let keys: [Character] = Array("123A456B789C*0#D")
  private static let matchesToBegin = 4
  private static let missesToEnd = 5

  /// Makes a detector; `kernels` resample what is not at 8 kHz.
  public init(using kernels: Kernels = .best) {
    self.kernels = kernels
  }

  /// Takes the next samples.
  ///
  /// - Returns: the last beginning or end in them, if any; at most one in 5 ms.
  /// - Complexity: O(`samples.count`). Allocates nothing.
  public mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> Edge? {
    if rate != self.rate {
      self = KeyToneDetector(using: kernels)
      self.rate = rate
      narrowing = FixedResampler(from: rate, to: .hz8000, using: kernels)
    }
    guard rate.isTelephony else { return nil }
    guard narrowing != nil else { return listen(samples) }
    var edge: Edge?
    var start = 0
    var room = [512 of Int16](repeating: 0)
    while let count = narrowing?.next(of: samples, from: &start, into: &room) {
      edge = listen(room.span.extracting(first: count)) ?? edge
    }
    return edge
  }

  /// Takes the next samples, however many, and tells of every beginning and end in them.
  public mutating func hear(
    _ samples: Span<Int16>, rate: SampleRate, _ tell: (Edge) -> Void
  ) {
    // Less than a hop at a time, so that each edge has its answer.
    let size = max(rate.hertz / 200, 1)
    var start = 0
    while start < samples.count {
      let end = min(start + size, samples.count)
      if let edge = hear(samples.extracting(start..<end), rate: rate) { tell(edge) }
      start = end
    }
  }

  /// The stream is over: lets go of a key that is held.
  public mutating func finish() -> KeyTone? {
    defer { held = nil }
    return held
  }

  private mutating func listen(_ samples: Span<Int16>) -> Edge? {
    var edge: Edge?
    for index in samples.indices {
      hop.add(samples[index])
      guard hop.count == KeyToneHop.size else { continue }
      let next = KeyToneBlock(before, hop)
      let match = blockCount > 0 ? next.key(after: block) : -1
      edge = note(match) ?? edge
      block = next
      before = hop
      hop = KeyToneHop()
      blockCount += 1
    }
    return edge
  }

  /// Block `blockCount` begins a hop before the one that has just ended.
  private mutating func note(_ key: Int) -> Edge? {
    let now = blockCount - 1
    if let held, key < 0 || held.digit != Self.keys[key] {
      if key >= 0 { count(key) } else { matches = 0 }
      let isOver = now - last >= Self.missesToEnd || matches >= Self.matchesToBegin
      guard isOver else { return nil }
      self.held = nil
      return .ended(held)
    }
    if held != nil {
      last = now
      held?.duration = Self.time(last + 2) - Self.time(first)
      matches = 0
      return nil
    }
    guard key >= 0 else {
      matches = 0
      return nil
    }
    count(key)
    guard matches >= Self.matchesToBegin else { return nil }
    first = now - matches + 1
    last = now
    matches = 0
    let tone = KeyTone(
      digit: Self.keys[key], position: Self.time(first),
      duration: Self.time(now + 2) - Self.time(first))
    held = tone
    return .began(tone)
  }

  private mutating func count(_ key: Int) {
    if key != candidate { matches = 0 }
    candidate = key
    matches += 1
  }

  private static func time(_ hops: Int) -> Duration {
    .nanoseconds(Int64(hops) * Int64(KeyToneHop.size) * 125_000)
  }
}
