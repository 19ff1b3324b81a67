import Foundation

/// A platform's media message whose numbers count up, as a stream's do: the same message again
/// would be a repetition, and dropped.
@safe struct CountingMessage {
  /// The message as it stands.
  let text: UnsafeMutableBufferPointer<UInt8>
  /// Offsets of the digits that a message raises by one.
  private let digits: [Int]

  /// Exotel's media message around `payload`.
  init(exotel payload: Data) {
    // So long that no run makes it longer.
    let number = "100000000000"
    let prefix =
      "{\"event\":\"media\",\"sequence_number\":\"\(number)\",\"stream_sid\":\""
      + ExotelStream.streamSID
      + "\",\"media\":{\"chunk\":\"\(number)\",\"timestamp\":\"\(number)\","
      + "\"payload\":\""
    let bytes = Array((prefix + payload.base64EncodedString() + "\"}}").utf8)
    let ends = (0..<prefix.utf8.count).filter { bytes[$0...].starts(with: number.utf8) }
      .map { $0 + number.utf8.count - 1 }
    precondition(ends.count == 3, "the message has three numbers")
    // The time stamp is in milliseconds, and a message 100 of them.
    digits = [ends[0], ends[1], ends[2] - 2]
    unsafe text = UnsafeMutableBufferPointer(
      start: HotMemory.block(bytes.count, of: 0, at: .source), count: bytes.count)
    _ = unsafe text.update(fromContentsOf: bytes)
  }

  /// Becomes the stream's next message.
  func step() {
    for last in digits {
      var digit = last
      while unsafe text[digit] == UInt8(ascii: "9") {
        unsafe text[digit] = UInt8(ascii: "0")
        digit -= 1
      }
      unsafe text[digit] += 1
    }
  }
}
