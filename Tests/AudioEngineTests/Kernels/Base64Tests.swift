import AudioEngine
import Testing

@Suite struct Base64Tests {
  /// RFC 4648 section 10.
  static let vectors = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ]

  @Test("encodes and decodes the RFC's vectors", arguments: vectors)
  func rfcVectors(plain: String, text: String) throws {
    for kernels in Kernels.available {
      #expect(encode(Array(plain.utf8), using: kernels) == text)
      #expect(try decode(text, using: kernels) == Array(plain.utf8))
    }
  }

  @Test(
    "says where the first wrong character is",
    arguments: [
      ("Zg=", 3), ("Zg", 2), ("Z", 1), ("Zm9vYg=", 7), ("Zm9v Zm9v", 4), ("Zm9\u{0}", 3),
      ("=m9v", 0),
      ("Z===", 1), ("Zg=A", 3), ("Zg==Zm9v", 4), ("Zm8=Zm9v", 4), ("Zh==", 1), ("Zm9=", 2),
      ("Zm9vZ-9v", 5), ("Zm9vZm9vZm9vZm9v\nm9v", 16),
    ])
  func position(text: String, position: Int) {
    for kernels in Kernels.available {
      #expect(throws: Base64Error(position: position)) { try decode(text, using: kernels) }
    }
  }

  @Test("reads text without padding where asked to", arguments: vectors)
  func optionalPadding(plain: String, text: String) throws {
    let bare = String(text.prefix { $0 != "=" })
    #expect(try decode(bare, padding: .optional) == Array(plain.utf8))
    #expect(try decode(text, padding: .optional) == Array(plain.utf8))
    #expect(throws: Base64Error(position: 1)) { try decode("Z", padding: .optional) }
    #expect(throws: Base64Error(position: 3)) { try decode("Zg=", padding: .optional) }
    #expect(throws: Base64Error(position: 1)) { try decode("Zh", padding: .optional) }
  }
}

func encode(_ bytes: [UInt8], using kernels: Kernels = .best) -> String {
  var text = [UInt8](repeating: 0x88, count: Base64.encodedCount(byteCount: bytes.count))
  var textSpan = text.mutableSpan
  var room = unsafe textSpan.mutableBytes
  let count = Base64.encode(unsafe bytes.span.bytes, into: &room, using: kernels)
  return String(decoding: text[..<count], as: UTF8.self)
}

func decode(
  _ text: String, padding: Base64.Padding = .required, using kernels: Kernels = .best
) throws(Base64Error) -> [UInt8] {
  let text = Array(text.utf8)
  var bytes = [UInt8](
    repeating: 0x88, count: Base64.decodedCapacity(characterCount: text.count))
  var bytesSpan = bytes.mutableSpan
  var room = unsafe bytesSpan.mutableBytes
  let count = try Base64.decode(
    unsafe text.span.bytes, into: &room, padding: padding, using: kernels)
  return Array(bytes[..<count])
}
