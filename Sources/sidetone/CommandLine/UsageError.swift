/// What the user did wrong or can mend: one line that says what, and what to do.
struct UsageError: Error {
  let message: String
  /// The whole line where it already says what to do; nil lets the command's help be named.
  let advice: String?

  /// An error whose remedy is in the command's help.
  init(_ message: String) {
    self.message = message
    self.advice = nil
  }

  /// An error whose remedy is known.
  init(_ message: String, advice: String) {
    self.message = message
    self.advice = "\(message); \(advice)"
  }

  /// An error whose text says both, as those of other modules do.
  init(saying text: some CustomStringConvertible) {
    self.message = text.description
    self.advice = text.description
  }

  /// An unknown word, with the one that may have been meant.
  init(_ message: String, didYouMean word: String, among known: [String]) {
    let nearest = known.map { ($0, Self.distance(word, $0)) }.min { $0.1 < $1.1 }
    if let (name, distance) = nearest, distance <= max(2, word.count / 3) {
      self.init("\(message), did you mean '\(name)'?")
    } else {
      self.init(message)
    }
  }

  /// Levenshtein's distance; words longer than any option are not compared.
  private static func distance(_ left: String, _ right: String) -> Int {
    guard left.count <= 40 else { return .max }
    let right = Array(right)
    var row = Array(0...right.count)
    for (index, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let replaced = diagonal + (character == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
      }
    }
    return row[right.count]
  }
}
