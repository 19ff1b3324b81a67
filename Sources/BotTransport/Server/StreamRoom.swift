/// How many of the streams that a platform's account may have are open here.
struct StreamRoom: Hashable, Sendable, CustomStringConvertible {
  /// Open now.
  let open: Int
  /// How many there may be; nil where nobody knows.
  let limit: Int?

  /// Whether four fifths of them are open.
  var isNear: Bool { limit.map { open * 5 >= $0 * 4 } ?? false }

  /// Such as `streams 8 of 10, near the limit`.
  var description: String {
    guard let limit else { return "streams \(open)" }
    return "streams \(open) of \(limit)" + (isNear ? ", near the limit" : "")
  }
}
