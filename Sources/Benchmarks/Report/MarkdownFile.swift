import Foundation

/// A file with tables between markers: what is between them is the tool's, all else is written by
/// hand and stays.
struct MarkdownFile {
  private let url: URL
  private var text: String

  init(path: String) throws(UsageError) {
    url = URL(fileURLWithPath: path)
    do {
      text = try String(contentsOf: url, encoding: .utf8)
    } catch {
      throw UsageError("cannot read \(path)")
    }
    guard text.contains("<!-- bench:") else {
      throw UsageError("\(path) has no <!-- bench:NAME --> marker")
    }
  }

  /// Puts each whole section's tables between its markers and saves the file.
  mutating func replaceTables(_ all: [(id: String, tables: String)]) throws(UsageError) {
    for (id, tables) in all { try replace(id, with: tables) }
    do {
      try text.write(to: url, atomically: true, encoding: .utf8)
    } catch {
      throw UsageError("cannot write \(url.path)")
    }
  }

  /// What stands between a section's markers; nil without them.
  func tables(of id: String) throws(UsageError) -> String? {
    try range(of: id).map { String(text[$0]) }
  }

  private mutating func replace(_ id: String, with tables: String) throws(UsageError) {
    guard let range = try range(of: id) else { return }
    text.replaceSubrange(range, with: "\n\n\(tables)\n\n")
  }

  private func range(of id: String) throws(UsageError) -> Range<String.Index>? {
    let opening = "<!-- bench:\(id) -->"
    guard let start = text.range(of: opening) else { return nil }
    guard
      let end = text.range(
        of: "<!-- /bench:\(id) -->", range: start.upperBound..<text.endIndex)
    else { throw UsageError("\(url.path) has \(opening) without its end") }
    return start.upperBound..<end.lowerBound
  }
}
