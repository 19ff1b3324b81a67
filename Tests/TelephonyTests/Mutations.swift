import SeededRandom

/// Random changes to real messages: cuts, flipped bits, repetitions, and words of the wire in wrong places.
struct Mutations {
  private let tokens: [[UInt8]]

  /// Changes that insert `words` too, beside what any JSON may hold.
  init(words: [String] = []) {
    let common = [
      "{", "}", "[", "]", "\"", "\\", "\\u", "\\ud83d\\ude00", "\\ud83d", ":", ",", "null", "true",
      "-1e9", "99999999999999999999", "\"event\":", "\"media\":{", "\"payload\":\"", "\u{0}",
      "\u{E9}", "[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":",
    ]
    tokens = (common + words).map { Array($0.utf8) }
  }

  /// One to four changes of `bytes`.
  func change(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0..<4, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeSubrange(at...)
      case 1: bytes.removeSubrange(..<at)
      case 2 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 3 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 4:
        let end = Int.random(in: at...bytes.count, using: &random)
        bytes.insert(contentsOf: bytes[at..<end], at: at)
      default:
        guard let token = tokens.randomElement(using: &random) else { continue }
        bytes.insert(contentsOf: token, at: at)
      }
    }
    return bytes
  }
}
