/// A mono sound as a WAV file holds it: samples and their rate, between bytes and value.
///
/// Reads RIFF/WAVE with 16-bit linear PCM (format tag 1), A-law (6) or mu-law (7), also where the
/// format is wrapped in `WAVE_FORMAT_EXTENSIBLE`. Chunks it does not know are skipped. Sizes that
/// claim more than the file has (a recording cut short, a stream written with 0xFFFFFFFF) mean
/// "until the end". Opens nothing: whoever has a path reads the bytes.
///
/// Source: Microsoft/IBM, "Multimedia Programming Interface and Data Specifications 1.0" (RIFF and
/// WAVE), and RFC 2361 for the format tags.
public struct WaveFile: Hashable, Sendable {
  /// Samples a second, as the header says.
  public var rate: SampleRate
  /// The sound, native 16-bit samples; G.711 files are expanded.
  public var samples: [Int16]
  /// How the file held its samples; ``encoded()`` always writes ``AudioEncoding/linear16``.
  public let encoding: AudioEncoding

  /// Makes a sound that was not read from a file.
  public init(rate: SampleRate, samples: [Int16]) {
    self.rate = rate
    self.samples = samples
    self.encoding = .linear16
  }

  /// How long the sound lasts.
  public var duration: Duration { .nanoseconds(rate.nanoseconds(sampleCount: samples.count)) }

  /// Makes a sound from bytes as a platform carries them.
  ///
  /// - Parameters:
  ///   - format: the encoding and rate of `wire`.
  ///   - wire: samples without a header; a last half sample is dropped.
  /// - Complexity: O(`wire.count`), allocates the samples.
  public init(_ format: WireFormat, wire: Span<UInt8>) {
    self.rate = format.rate
    self.encoding = format.encoding
    self.samples = format.encoding.samples(of: wire, in: 0..<wire.count)
  }

  /// Reads the bytes of a whole file; whatever they are, it never traps.
  ///
  /// - Parameter bytes: the file from its first byte.
  /// - Throws: ``WaveFileError``, each case one clear sentence. A sound of zero samples is no error.
  /// - Complexity: O(`bytes.count`), allocates the samples.
  public init(bytes: Span<UInt8>) throws(WaveFileError) {
    guard bytes.count >= 12, bytes.holds("RIFF", at: 0), bytes.holds("WAVE", at: 8) else {
      throw .notWave
    }
    let isStreamed = [0, UInt32.max].contains(bytes.littleEndian32(at: 4))
    var format: WaveFormat?
    var audio: Range<Int>?
    var position = 12
    while bytes.count - position >= 8, format == nil || audio == nil {
      let declared = bytes.littleEndian32(at: position + 4)
      let body = position + 8
      var size = min(Int(declared), bytes.count - body)
      if bytes.holds("fmt ", at: position), format == nil {
        format = try WaveFormat(bytes: bytes, body: body..<body + size)
      } else if bytes.holds("data", at: position), audio == nil {
        // A writer that could not seek back leaves both sizes unset: the audio is the rest.
        if declared == 0 && isStreamed { size = bytes.count - body }
        audio = body..<body + size
      }
      position = body + size + (size & 1)
    }
    guard let format else { throw .noFormat }
    guard let audio else { throw .noAudio }
    self.rate = format.rate
    self.encoding = format.encoding
    self.samples = format.encoding.samples(of: bytes, in: audio)
  }

  /// The file as 16-bit linear PCM: a 44-byte header, then the samples little-endian.
  ///
  /// A sound of more than 4 GiB, which no RIFF size can state, is written with the largest sizes.
  ///
  /// - Complexity: O(`samples.count`), one allocation.
  public func encoded() -> [UInt8] {
    let audioBytes = UInt32(clamping: samples.count * 2)
    let rate = UInt32(rate.hertz)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(44 + samples.count * 2)
    bytes.append(contentsOf: "RIFF".utf8)
    bytes.append(littleEndian: audioBytes > .max - 36 ? .max : audioBytes + 36)
    bytes.append(contentsOf: "WAVEfmt ".utf8)
    bytes.append(littleEndian: UInt32(16))
    bytes.append(littleEndian: UInt16(1))  // linear PCM
    bytes.append(littleEndian: UInt16(1))  // one channel
    bytes.append(littleEndian: rate)
    bytes.append(littleEndian: rate * 2)  // bytes a second
    bytes.append(littleEndian: UInt16(2))  // bytes a sample
    bytes.append(littleEndian: UInt16(16))  // bits a sample
    bytes.append(contentsOf: "data".utf8)
    bytes.append(littleEndian: audioBytes)
    for sample in samples { bytes.append(littleEndian: UInt16(bitPattern: sample)) }
    return bytes
  }
}

extension Array where Element == UInt8 {
  fileprivate mutating func append(littleEndian value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  fileprivate mutating func append(littleEndian value: UInt32) {
    append(littleEndian: UInt16(truncatingIfNeeded: value))
    append(littleEndian: UInt16(truncatingIfNeeded: value >> 16))
  }
}
