import SeededRandom
import Telephony
import Testing

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

  /// Reads 1,500 changes of a message: each must end in an event, and media must lie inside the message.
  func check(
    _ original: [UInt8], seed: Int, _ decode: ([UInt8]) -> InboundEvent
  ) {
    var random = SplitMix64(seed: UInt64(seed) &+ 1)
    var kinds: Set<MalformedKind> = []
    for _ in 0..<1_500 {
      let bytes = change(original, &random)
      switch decode(bytes) {
      case .media(let media):
        #expect(media.payload.lowerBound >= 0 && media.payload.upperBound < bytes.count)
        #expect(bytes[media.payload.upperBound] == UInt8(ascii: "\""))
        #expect(media.payloadHasEscapes == bytes[media.payload].contains(UInt8(ascii: "\\")))
        _ = payload(media, in: bytes)
      case .malformed(let kind): kinds.insert(kind)
      default: break
      }
    }
    // The changes reach more than one branch, or they test nothing.
    #expect(kinds.count >= 3)
  }

  /// Reads every cut of a message, none of which is one; `isWhole` says whether the message itself is.
  static func checkCuts(
    of bytes: [UInt8], _ name: String, isWhole: Bool = true, _ decode: ([UInt8]) -> InboundEvent
  ) {
    for end in 0..<bytes.count {
      guard case .malformed(let kind) = decode(Array(bytes[..<end])) else {
        Issue.record("\(name) cut to \(end) bytes is no message")
        continue
      }
      #expect(kind == .truncated || kind == .empty || !isWhole, "\(name) \(end) \(kind)")
    }
  }
}
