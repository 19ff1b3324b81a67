import AudioEngine
import Foundation

/// One text of `base64/cases.json`, with its bytes or the position of its first wrong character.
struct Base64Case: Decodable, Sendable {
  private let name: String
  /// Characters up to 255, each a byte.
  private let text: String
  private let padding: String
  /// In hexadecimal.
  private let bytes: String?
  private let position: Int?

  static func read(_ json: [UInt8]) -> [Base64Case]? {
    try? JSONDecoder().decode([Base64Case].self, from: Data(json))
  }

  /// What is wrong about the decoder, and for padded text the encoder; nil where nothing is.
  func fault(using kernels: Kernels) -> String? {
    let characters = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    var decoded = [UInt8](
      repeating: 0x88, count: Base64.decodedCapacity(characterCount: characters.count))
    var span = decoded.mutableSpan
    var room = unsafe span.mutableBytes
    let got: String
    do {
      let count = try unsafe Base64.decode(
        characters.span.bytes, into: &room, padding: padding == "optional" ? .optional : .required,
        using: kernels)
      got = decoded[..<count].map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
      if padding == "required", Self.encode(Array(decoded[..<count]), kernels) != characters {
        return "\(name): encoded otherwise"
      }
    } catch {
      got = "wrong at \(error.position)"
    }
    let wanted = bytes ?? "wrong at \(position ?? -1)"
    return got == wanted ? nil : "\(name): \(got.prefix(40)), not \(wanted.prefix(40))"
  }

  private static func encode(_ bytes: [UInt8], _ kernels: Kernels) -> [UInt8] {
    var text = [UInt8](repeating: 0x88, count: Base64.encodedCount(byteCount: bytes.count))
    var span = text.mutableSpan
    var room = unsafe span.mutableBytes
    let count = unsafe Base64.encode(bytes.span.bytes, into: &room, using: kernels)
    text.removeSubrange(count...)
    return text
  }
}
