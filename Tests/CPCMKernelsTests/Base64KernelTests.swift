import CPCMKernels
import Testing

@Suite struct Base64KernelTests {
  static let lengths = Array(0...200) + [319, 320, 321, 1_600, 3_200]

  @Test("encodes every length, touching nothing else", arguments: InstructionSet.available)
  func encode(_ isa: InstructionSet) {
    for length in Self.lengths {
      let written = (length + 2) / 3 * 4
      let isSame = unsafe agrees(isa, reading: length, writing: written, seed: length) {
        kernels, dst, src in
        unsafe kernels.base64_encode(
          dst.assumingMemoryBound(to: CChar.self), src.assumingMemoryBound(to: UInt8.self), length)
      }
      #expect(isSame, "\(length) bytes")
      var noise = Noise(length)
      let bytes = noise.bytes(length)
      var text = [UInt8](repeating: 0, count: written)
      let count = unsafe text.withUnsafeMutableBytes {
        unsafe isa.kernels.base64_encode(
          $0.bindMemory(to: CChar.self).baseAddress, bytes, bytes.count)
      }
      #expect(count == written)
      #expect(text == Self.text(bytes))
    }
  }

  @Test("decodes what was encoded, touching nothing else", arguments: InstructionSet.available)
  func decode(_ isa: InstructionSet) {
    for length in Self.lengths {
      var noise = Noise(length)
      let bytes = noise.bytes(length)
      for isPadded in [true, false] {
        let text = Self.text(bytes).filter { isPadded || $0 != UInt8(ascii: "=") }
        let padding = isPadded ? PCM_BASE64_PADDING_REQUIRED : PCM_BASE64_PADDING_OPTIONAL
        for atEnd in [true, false] {
          let source = GuardedMemory(byteCount: text.count, atEnd: atEnd)
          unsafe source.bytes.copyBytes(from: text)
          let room = GuardedMemory(
            byteCount: text.count / 4 * 3 + text.count % 4 * 3 / 4, atEnd: atEnd)
          let count = unsafe isa.kernels.base64_decode(
            room.start.assumingMemoryBound(to: UInt8.self),
            source.start.assumingMemoryBound(to: CChar.self), text.count, padding)
          #expect(count == length)
          let decoded = unsafe Array(room.bytes.prefix(length))
          #expect(decoded == bytes)
        }
      }
    }
  }

  @Test("finds every wrong byte at every place", arguments: InstructionSet.available)
  func wrongBytes(_ isa: InstructionSet) {
    var noise = Noise(9)
    let text = Self.text(noise.bytes(97))  // 132 characters, the last two of them padding
    var mistakes: [Int] = []
    for position in text.indices {
      var changed = text
      for byte in UInt8.min...UInt8.max {
        changed[position] = byte
        let found = Self.decode(changed, isa)
        if position < 128 && byte != UInt8(ascii: "=") {
          let expected = Self.alphabet.contains(byte) ? 97 : ~position
          if found != expected { mistakes.append(position) }
        } else if found != Self.decode(changed, InstructionSet.available[0]) {
          // What is right about padding and before it depends on its neighbours: the scalar decides.
          mistakes.append(position)
        }
      }
    }
    #expect(mistakes == [])
  }

  static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Base64 as RFC 4648 words it, bit by bit: no code shared with the kernels.
  static func text(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let piece = bytes[start..<min(start + 3, bytes.count)]
      let bits = piece.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - piece.count))
      for place in 0..<4 {
        text.append(
          place <= piece.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return text
  }

  static func decode(_ text: [UInt8], _ isa: InstructionSet) -> Int {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count) { room in
      unsafe text.withUnsafeBytes { source in
        unsafe isa.kernels.base64_decode(
          room.baseAddress, source.bindMemory(to: CChar.self).baseAddress, text.count,
          PCM_BASE64_PADDING_REQUIRED)
      }
    }
  }
}
