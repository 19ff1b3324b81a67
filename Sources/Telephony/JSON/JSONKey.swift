/// A member's name in the spellings that platforms mix.
///
/// Where an object holds several, snake_case beats camelCase beats any other letter case or
/// placing of underscores, and among equals the first wins.
package struct JSONKey: Sendable {
  /// How well a spelling fits; less is better.
  package typealias Rank = UInt8
  /// Worse than every spelling.
  package static var unmatched: Rank { 3 }

  private let snake: StaticString
  private let camel: StaticString

  /// A name of several words.
  @inline(__always)
  package init(_ snake: StaticString, camel: StaticString) {
    self.snake = snake
    self.camel = camel
  }

  /// A name of one word.
  @inline(__always)
  package init(_ word: StaticString) {
    self.init(word, camel: word)
  }

  /// How well the key `name` of `scanner`'s text spells this one; ``unmatched`` where it does not.
  @inline(__always)
  package func rank(of name: JSONString, in scanner: borrowing JSONScanner) -> Rank {
    if scanner.equal(name.range, snake) { return 0 }
    // Most keys of a message are not the one asked for: their first or last letter tells.
    let first = scanner.byte(at: name.range.lowerBound)
    let last = scanner.byte(at: name.range.upperBound - 1)
    let (wantedFirst, wantedLast) = unsafe (
      snake.utf8Start[0], snake.utf8Start[snake.utf8CodeUnitCount - 1]
    )
    let underscore = UInt8(ascii: "_")
    guard
      first | 0x20 == wantedFirst && last | 0x20 == wantedLast || first == underscore
        || last == underscore || name.hasEscapes
    else { return Self.unmatched }
    return looseRank(of: name, in: scanner)
  }

  @inline(never)
  private func looseRank(of name: JSONString, in scanner: borrowing JSONScanner) -> Rank {
    if name.hasEscapes {
      var room = InlineArray<64, UInt8>(repeating: 0)
      var span = room.mutableSpan
      guard let used = JSONText.unescape(scanner.bytes, name.range, into: &span) else {
        return Self.unmatched
      }
      let plain = unsafe JSONScanner(room.span.bytes)
      return looseRank(of: 0..<used, in: plain)
    }
    return looseRank(of: name.range, in: scanner)
  }

  private func looseRank(of name: Range<Int>, in scanner: borrowing JSONScanner) -> Rank {
    if scanner.equal(name, snake) { return 0 }
    if scanner.equal(name, camel) { return 1 }
    return Self.foldedEqual(name, scanner, snake) ? 2 : Self.unmatched
  }

  /// Equality with letter case and underscores aside.
  private static func foldedEqual(
    _ name: Range<Int>, _ scanner: borrowing JSONScanner, _ word: StaticString
  ) -> Bool {
    var index = name.lowerBound
    var wanted = 0
    while true {
      while index < name.upperBound, scanner.byte(at: index) == UInt8(ascii: "_") { index += 1 }
      while wanted < word.utf8CodeUnitCount, unsafe word.utf8Start[wanted] == UInt8(ascii: "_") {
        wanted += 1
      }
      guard index < name.upperBound, wanted < word.utf8CodeUnitCount else {
        return index == name.upperBound && wanted == word.utf8CodeUnitCount
      }
      let expected = unsafe word.utf8Start[wanted]
      guard ASCII.lowercased(scanner.byte(at: index)) == expected else { return false }
      index += 1
      wanted += 1
    }
  }
}

/// A member's value with the rank of the key it was found under.
package struct RankedMember<Value> {
  /// The value under the best key so far.
  package private(set) var value: Value?
  private var rank = JSONKey.unmatched

  /// Nothing found.
  package init() {}

  /// Takes `value` where its key fits better than every key before.
  @inline(__always)
  package mutating func offer(_ value: Value?, _ rank: JSONKey.Rank) {
    guard rank < self.rank else { return }
    self.value = value
    self.rank = rank
  }
}
