import AudioEngine
import Ground

/// How often wrong credentials came, by address: who guesses is slowed down, nobody else is.
///
/// Slowed and not locked out, since behind a proxy that is not told of everybody has one address: what
/// such an address sends is read a little later, right and wrong alike.
final class Guesses: Sendable {
  private struct Score {
    var count: Int
    var at: MonotonicTime

    /// What is left of it at `now`: one is forgotten in each span.
    func left(at now: MonotonicTime) -> Int {
      let spans = (now - at).wholeNanoseconds / Guesses.forgetting.wholeNanoseconds
      return max(count - Int(clamping: max(spans, 0)), 0)
    }
  }

  /// Mistakes that slow nobody.
  static let free = 10
  static let most = 30
  static let forgetting: Duration = .seconds(2)
  /// How much later than others a guesser's connections are read.
  static let patience: Duration = .milliseconds(500)
  /// Addresses that are remembered. When more come, those that are owed nothing are forgotten, then
  /// all.
  static let addressLimit = 4_096

  private let scores = Locked<[String: Score]>([:])

  /// How many addresses are remembered.
  var addressCount: Int { scores.withLock { $0.count } }

  /// Notes wrong credentials from `address`.
  func note(_ address: String, at now: MonotonicTime) {
    scores.withLock { scores in
      if scores[address] == nil, scores.count >= Self.addressLimit {
        scores = scores.filter { $0.value.left(at: now) > 0 }
        if scores.count >= Self.addressLimit { scores.removeAll() }
      }
      let left = scores[address]?.left(at: now) ?? 0
      scores[address] = Score(count: min(left + 1, Self.most), at: now)
    }
  }

  /// Whether `address` has guessed too often lately.
  func slow(_ address: String, at now: MonotonicTime) -> Bool {
    scores.withLock { ($0[address]?.left(at: now) ?? 0) > Self.free }
  }
}
