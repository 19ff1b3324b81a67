import Foundation

extension Encodable {
  /// The value as JSON for people and for programs, names in order. Of finite numbers and strings alone, so that it
  /// cannot fail.
  var prettyJSON: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self)
  }
}
