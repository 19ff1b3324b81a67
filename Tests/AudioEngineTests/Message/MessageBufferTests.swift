import AudioEngine
import Testing

@Suite struct MessageBufferTests {
  private func text(_ buffer: borrowing MessageBuffer) -> String {
    var bytes: [UInt8] = []
    for index in 0..<buffer.bytes.byteCount {
      bytes.append(unsafe buffer.bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("appends every kind in order, across growth")
  func appendsInOrder() {
    var buffer = MessageBuffer(headroom: 16, capacity: 4)
    buffer.append("{\"n\":")
    buffer.append(decimal: -120)
    buffer.append(byte: UInt8(ascii: ","))
    buffer.append(utf8: "caf\u{e9}")
    unsafe buffer.append(contentsOf: [1, 2, 3].span.bytes)
    #expect(buffer.count == 5 + 4 + 1 + 5 + 24)
    let written = text(buffer)
    #expect(written.hasPrefix("{\"n\":-120,caf\u{e9}"))
  }

  @Test("writes the extremes of Int", arguments: [0, 7, 10, 99_999, Int.max, Int.min])
  func decimals(number: Int) {
    var buffer = MessageBuffer()
    buffer.append(decimal: number)
    #expect(text(buffer) == String(number))
  }

  @Test("keeps what a writer used of the room it asked for")
  func partialWrite() {
    var buffer = MessageBuffer(capacity: 1)
    buffer.append(atMost: 100) { span in
      span.storeBytes(of: UInt8(ascii: "x"), toByteOffset: 0, as: UInt8.self)
      return 1
    }
    #expect(text(buffer) == "x")
    buffer.removeAll()
    #expect(buffer.count == 0)
  }
}
