import AudioEngine

extension WaveFile {
  /// The file in any encoding: linear16 as ``encoded()``; G.711 with the extension size and the
  /// `fact` chunk that RIFF asks of every format but linear PCM, and a pad byte after an odd count.
  func encoded(as encoding: AudioEncoding) -> [UInt8] {
    guard encoding != .linear16 else { return encoded() }
    let codes = companded(to: encoding)
    let hertz = UInt32(rate.hertz)
    let count = UInt32(clamping: codes.count)
    let padding = codes.count & 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(58 + codes.count + padding)
    bytes += "RIFF".utf8
    bytes.append(number: UInt32(clamping: 50 + codes.count + padding))
    bytes += "WAVEfmt ".utf8
    bytes.append(number: UInt32(18))
    bytes.append(number: UInt16(encoding == .alaw ? 6 : 7))
    bytes.append(number: UInt16(1))  // one channel
    bytes.append(number: hertz)
    bytes.append(number: hertz)  // bytes a second
    bytes.append(number: UInt16(1))  // bytes a sample
    bytes.append(number: UInt16(8))  // bits a sample
    bytes.append(number: UInt16(0))  // bytes of extension
    bytes += "fact".utf8
    bytes.append(number: UInt32(4))
    bytes.append(number: count)
    bytes += "data".utf8
    bytes.append(number: count)
    bytes += codes
    if padding == 1 { bytes.append(0) }
    return bytes
  }

  /// The samples alone, without a header.
  func samples(as encoding: AudioEncoding) -> [UInt8] {
    encoding == .linear16 ? Array(encoded().dropFirst(44)) : companded(to: encoding)
  }

  private func companded(to encoding: AudioEncoding) -> [UInt8] {
    var codes = [UInt8](repeating: 0, count: samples.count)
    var span = codes.mutableSpan
    var room = unsafe span.mutableBytes
    if encoding == .alaw {
      G711.alawEncode(samples.span, into: &room)
    } else {
      G711.mulawEncode(samples.span, into: &room)
    }
    return codes
  }
}

extension Array where Element == UInt8 {
  /// Appends a number, its lowest byte first.
  fileprivate mutating func append(number: some FixedWidthInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
