import AudioEngine

/// What a page may be sent of the call that it watches: 2 kB a second, and at once no more than a second's worth
/// and one picture, however much happens in it.
struct FeedAllowance: Sendable {
  static let bytesPerSecond = 2_000

  /// Bytes that may be sent; below zero after a picture that was larger.
  private var level = Self.bytesPerSecond
  private var filledAt: MonotonicTime?

  /// Whether a picture may be sent.
  mutating func has(at now: MonotonicTime) -> Bool {
    fill(at: now)
    return level > 0
  }

  /// So much was sent.
  mutating func take(_ byteCount: Int, at now: MonotonicTime) {
    fill(at: now)
    level -= byteCount
  }

  private mutating func fill(at now: MonotonicTime) {
    guard let last = filledAt else { return filledAt = now }
    let nanoseconds = max((now - last).wholeNanoseconds, 0)
    let whole = min(nanoseconds, 60_000_000_000) * Int64(Self.bytesPerSecond) / 1_000_000_000
    guard whole > 0 else { return }
    filledAt = now
    level = min(level + Int(whole), Self.bytesPerSecond)
  }
}
