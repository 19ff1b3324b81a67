import Foundation

/// What the registry holds is text in JSON.
enum FleetJSON {
  /// A value's text; nil for what has no JSON form.
  static func text(of value: some Encodable) -> String? {
    (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads a text from outside; nil for what is none.
  static func read<Value: Decodable>(_ text: String) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }
}
