import Foundation

/// Numbers as the tables write them.
enum Text {
  /// A whole number with its thousands set apart.
  static func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// Three digits that matter, thousands set apart.
  static func nanoseconds(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    return value < 99.95 ? decimal(value, value < 9.995 ? 2 : 1) : grouped(Int(value.rounded()))
  }

  /// A ratio: two digits below 10, whole numbers from there on.
  static func ratio(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    return value < 9.95 ? decimal(value, value < 0.995 ? 2 : 1) : grouped(Int(value.rounded()))
  }

  static func decimal(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  /// Text filled up with blanks on the left or the right; longer text stays as it is.
  static func padded(_ text: String, to width: Int, rightAligned: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(width - text.count, 0))
    return rightAligned ? blanks + text : text + blanks
  }
}
