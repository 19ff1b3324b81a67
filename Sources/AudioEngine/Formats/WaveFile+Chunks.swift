/// Where a WAV file keeps its format and its audio. Sizes in the file are claims: what they name is
/// never more than what the file has.
///
/// Sources: Microsoft/IBM, "Multimedia Programming Interface and Data Specifications 1.0" (RIFF);
/// EBU Tech 3306 (RF64) and ITU-R BS.2088 (BW64), whose 64-bit sizes stand in a `ds64` chunk.
struct WaveChunks {
  private(set) var format: WaveFormat
  /// The audio's bytes, inside the file.
  private(set) var audio: Range<Int>

  /// Finds both; linear in the number of chunks, allocates nothing.
  init(bytes: Span<UInt8>) throws(WaveFileError) {
    guard WaveFile.begins(bytes) else { throw .notWave }
    var format: WaveFormat?
    var audio: Range<Int>?
    var longSize: UInt64?
    var longCount: UInt64?
    var isOpen = false
    var position = 12
    while bytes.count - position >= 8, format == nil || audio?.isEmpty ?? true {
      let body = position + 8
      let rest = bytes.count - body
      let declared = bytes.littleEndian32(at: position + 4)
      var size = min(Int(declared), rest)
      if bytes.holds("fmt ", at: position), format == nil {
        format = try WaveFormat(bytes: bytes, body: body..<body + size)
      } else if bytes.holds("ds64", at: position), size >= 16 {
        longSize =
          UInt64(bytes.littleEndian32(at: body + 8))
          | UInt64(bytes.littleEndian32(at: body + 12)) << 32
        if size >= 24 {
          longCount =
            UInt64(bytes.littleEndian32(at: body + 16))
            | UInt64(bytes.littleEndian32(at: body + 20)) << 32
        }
      } else if bytes.holds("data", at: position), audio?.isEmpty ?? true {
        let claimed = declared == .max && longSize ?? 0 > 0 ? longSize ?? 0 : UInt64(declared)
        size = Int(min(claimed, UInt64(rest)))
        // A writer that never came back to set the size: the audio is the rest.
        if claimed == 0, !bytes.beginsChunks(at: body) { size = rest }
        audio = body..<body + size
        isOpen = UInt64(size) != claimed
      }
      position = bytes.endOfChunk(body + size, odd: size % 2 == 1)
    }
    guard let format else { throw .noFormat }
    guard var audio else { throw .noAudio }
    if audio.count > 1, isOpen || longCount == UInt64(audio.count - 1), format.frameBytes == 1,
      audio.upperBound % 2 == 0,
      bytes[audio.upperBound - 1] == 0
    {
      // The pad byte after an odd count, which would be heard as a click. ffmpeg counts it in RF64.
      audio = audio.dropLast()
    }
    self.format = format
    self.audio = audio
  }
}

extension Span where Element == UInt8 {
  /// Whether nothing but whole chunks follows, to the end or to a chunk of audio: so it is not audio
  /// itself. Each step passes eight bytes at least.
  fileprivate func beginsChunks(at start: Int) -> Bool {
    var position = start
    while count - position >= 8 {
      guard (0..<4).allSatisfy({ (0x20...0x7E).contains(self[position + $0]) }) else {
        return false
      }
      if holds("data", at: position) { return true }
      let size = Int(littleEndian32(at: position + 4))
      guard size <= count - position - 8 else { return false }
      position = endOfChunk(position + 8 + size, odd: size % 2 == 1)
    }
    return position >= count
  }

  /// Where the chunk after one that ends at `end` begins: behind a pad byte after an odd size, but
  /// some writers leave that out.
  fileprivate func endOfChunk(_ end: Int, odd: Bool) -> Int {
    guard odd else { return end }
    let isUnpadded =
      count - end >= 8
      && (holds("fmt ", at: end) || holds("data", at: end) || holds("fact", at: end)
        || holds("LIST", at: end))
    return isUnpadded ? end : end + 1
  }

  /// Whether the four bytes at `position` spell `name`; the caller has checked that they exist.
  func holds(_ name: StaticString, at position: Int) -> Bool {
    let name = String(describing: name).utf8
    return zip(name, position...).allSatisfy { $0 == self[$1] }
  }

  /// Two bytes as a number; the caller has checked that they exist.
  func littleEndian16(at position: Int) -> UInt16 {
    UInt16(self[position]) | UInt16(self[position + 1]) << 8
  }

  /// Four bytes as a number; the caller has checked that they exist.
  func littleEndian32(at position: Int) -> UInt32 {
    UInt32(littleEndian16(at: position)) | UInt32(littleEndian16(at: position + 2)) << 16
  }
}
