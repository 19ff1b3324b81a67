import AudioEngine
import Telephony

/// Short ways to give a codec text and to take text from it.
enum TwilioText {
  static let stream = "MZ18ad3ab5a668481ce02b83e7395059f0"
  static let call = "CA28db92d7e14d4d9aa6b8d28d2ee6a4a1"
  static let account = "AC7a3d5c8fd9c84a2fb5e1d0f2a6b4c8e0"

  static func decode(_ bytes: [UInt8]) -> InboundEvent {
    unsafe TwilioCodec().decode(bytes.span.bytes)
  }

  static func decode(_ text: String) -> InboundEvent { decode(Array(text.utf8)) }

  static func start(_ text: String) throws -> StreamStart {
    guard case .start(let start) = decode(text) else { throw MalformedKind.missingStart }
    return start
  }

  static func written(_ write: (inout MessageBuffer) -> Void) -> String {
    var message = MessageBuffer()
    write(&message)
    return unsafe message.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// What `write` writes; nil where it says that it writes nothing.
  static func offered(_ write: (inout MessageBuffer) -> Bool) -> String? {
    var isWritten = false
    let text = written { isWritten = write(&$0) }
    return isWritten ? text : nil
  }

  static func media(_ codec: inout TwilioCodec, _ base64: String) -> String {
    written {
      codec.beginMedia(into: &$0)
      $0.append(utf8: base64)
      codec.endMedia(into: &$0)
    }
  }
}
