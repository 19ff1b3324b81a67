import AudioEngine

/// Reads the three messages that leave a bot, strictly: what is spelt in any other way is not read.
struct WireReader: ~Escapable {
  enum Message: Equatable {
    case media
    case mark(String)
    case clear
  }

  private let text: RawSpan

  @_lifetime(copy text)
  init(_ text: RawSpan) {
    self.text = text
  }

  /// The message; the audio of a media message replaces `payload`.
  func read(into payload: inout [UInt8]) -> Message? {
    if starts(with: "{\"event\":\"media\"") {
      guard let value = string(after: "\"payload\":\""), decode(value, into: &payload) else {
        return nil
      }
      return .media
    }
    if starts(with: "{\"event\":\"mark\"") {
      guard let value = string(after: "\"name\":\"") else { return nil }
      let name = text.extracting(value)
      return .mark(unsafe name.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) })
    }
    return starts(with: "{\"event\":\"clear\"") ? .clear : nil
  }

  private func decode(_ range: Range<Int>, into payload: inout [UInt8]) -> Bool {
    let base64 = text.extracting(range)
    let most = Base64.decodedCapacity(characterCount: base64.byteCount)
    if payload.count < most {
      payload.append(contentsOf: repeatElement(0, count: most - payload.count))
    }
    var span = payload.mutableSpan
    var bytes = unsafe span.mutableBytes
    guard let count = try? Base64.decode(base64, into: &bytes) else { return false }
    payload.removeLast(payload.count - count)
    return true
  }

  private func byte(_ offset: Int) -> UInt8 {
    unsafe text.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  private func starts(with words: StaticString, at offset: Int = 0) -> Bool {
    guard offset + words.utf8CodeUnitCount <= text.byteCount else { return false }
    for index in 0..<words.utf8CodeUnitCount {
      let wanted = unsafe words.utf8Start[index]
      if byte(offset + index) != wanted { return false }
    }
    return true
  }

  /// The value of the first member with this key among the first bytes; values here hold no escapes.
  private func string(after key: StaticString) -> Range<Int>? {
    var start = 0
    while start < min(text.byteCount, 256), !starts(with: key, at: start) { start += 1 }
    start += key.utf8CodeUnitCount
    guard start <= text.byteCount else { return nil }
    var end = start
    while end < text.byteCount, byte(end) != UInt8(ascii: "\"") { end += 1 }
    return end < text.byteCount ? start..<end : nil
  }
}
