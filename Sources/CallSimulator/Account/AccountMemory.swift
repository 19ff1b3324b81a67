import Foundation
import Sockets

/// What a simulated account remembers: a call, or a leg.
protocol AccountLine: AnyObject {
  var isOver: Bool { get }
  /// What became of it, in a line.
  var summary: String { get }
  /// Ends it; without effect where it is over.
  func end(because reason: String)
}

/// The lines of an account by their identifiers, so many at most: the oldest that is over goes first.
struct AccountMemory<Line: AccountLine> {
  private var lines: [String: Line] = [:]
  private var order: [String] = []

  private static var most: Int { 1_000 }

  subscript(sid: String) -> Line? { lines[sid] }

  /// In the order in which they came.
  var summary: [String] { order.compactMap { lines[$0]?.summary } }

  mutating func remember(_ line: Line, as sid: String) {
    lines[sid] = line
    order.append(sid)
    guard order.count > Self.most else { return }
    let index = order.firstIndex { lines[$0]?.isOver ?? true } ?? 0
    lines.removeValue(forKey: order.remove(at: index))?.end(because: "the server forgets it")
  }

  mutating func stop() {
    for line in lines.values { line.end(because: "the server stops") }
    (lines, order) = ([:], [])
  }
}

extension HTTPRequest {
  /// The fields of a form in its body; of a name that comes twice both.
  var form: [URLQueryItem] {
    // Foundation leaves the plus of a form alone.
    let text = String(decoding: body, as: UTF8.self).replacing("+", with: "%20")
    var parts = URLComponents()
    parts.percentEncodedQuery = text.isEmpty ? nil : text
    return parts.queryItems ?? []
  }
}
