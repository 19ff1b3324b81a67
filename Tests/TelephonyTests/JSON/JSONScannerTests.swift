import SeededRandom
import Testing

@testable import Telephony

@Suite("JSONScanner")
struct JSONScannerTests {
  /// RFC 8259 section 7, a byte at a time: the end of the literal that begins at the first byte, and
  /// whether it has escapes; nil where it is cut off.
  private func plainly(_ text: [UInt8]) -> JSONString? {
    var index = 1
    var hasEscapes = false
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""): return JSONString(range: 1..<index, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        index += 2
      default: index += 1
      }
    }
    return nil
  }

  private func quickly(_ text: [UInt8]) -> (literal: JSONString, end: Int)? {
    var scanner = unsafe JSONScanner(text.span.bytes)
    guard let literal = try? scanner.string() else { return nil }
    return (literal, scanner.offset)
  }

  @Test("finds a literal's end wherever quotes and runs of backslashes stand")
  func literals() {
    var random = SplitMix64(seed: 1)
    let letters = Array("\\\\\\\\\\\\\\\"ab\u{e9}".utf8)
    for round in 0..<20_000 {
      // Few quotes, so that literals reach over several blocks of 64.
      let isDense = round % 2 == 0
      let body = (0..<Int.random(in: 0...200, using: &random)).map { _ in
        isDense || Int.random(in: 0..<40, using: &random) == 0
          ? letters.randomElement(using: &random)! : UInt8(ascii: "\\")
      }
      let text = [UInt8(ascii: "\"")] + body + [UInt8(ascii: "\"")]
      let found = quickly(text)
      #expect(found?.literal == plainly(text), "\(text)")
      if let found { #expect(found.end == found.literal.range.upperBound + 1) }
    }
  }

  @Test("a run of backslashes is counted across the edge of a block", arguments: 55...75)
  func runs(front: Int) {
    for length in 1...12 {
      let text =
        Array("\"\\n".utf8) + Array(repeating: UInt8(ascii: "a"), count: front)
        + Array(repeating: UInt8(ascii: "\\"), count: length) + Array("\" and so on, \"".utf8)
        + Array(repeating: UInt8(ascii: " "), count: 80)
      #expect(quickly(text)?.literal == plainly(text))
    }
  }
}
