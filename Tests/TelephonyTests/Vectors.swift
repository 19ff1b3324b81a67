import Foundation
import Telephony

/// The raw messages of `TestVectors`, Exotel's where no platform is named.
enum Vectors {
  /// A file's bytes without the newline at its end.
  static func bytes(_ name: String, of platform: Platform = .exotel) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var bytes = Array(try Data(contentsOf: root.appending(path: "TestVectors/\(platform)/\(name)")))
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return bytes
  }

  /// A file's text without the newline at its end.
  static func text(_ name: String, of platform: Platform = .exotel) throws -> String {
    String(decoding: try bytes(name, of: platform), as: UTF8.self)
  }

  /// The event that an Exotel codec reads in a file.
  static func event(_ name: String, _ options: ExotelOptions = ExotelOptions()) throws
    -> InboundEvent
  {
    decode(try bytes(name), options)
  }
}

/// The event that an Exotel codec reads in `bytes`.
func decode(_ bytes: [UInt8], _ options: ExotelOptions = ExotelOptions()) -> InboundEvent {
  unsafe ExotelCodec(options: options).decode(bytes.span.bytes)
}

/// The event that an Exotel codec reads in `text`.
func decode(_ text: String) -> InboundEvent { decode(Array(text.utf8)) }

/// The base64 that `media` refers to in `bytes`, escapes and white space undone.
func payload(_ media: MediaMessage, in bytes: [UInt8]) -> String {
  var scratch: [UInt8] = []
  let slice = Array(bytes[media.payload])
  unsafe JSONText.base64(in: slice.span.bytes, into: &scratch)
  return String(decoding: scratch, as: UTF8.self)
}
