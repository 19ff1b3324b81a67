/// A mono sound as a WAV file holds it: samples and their rate, between bytes and value.
///
/// Reads RIFF/WAVE, RF64 and BW64 with linear PCM of up to 32 bits, 32- and 64-bit floats, A-law or
/// mu-law, also where the format is wrapped in `WAVE_FORMAT_EXTENSIBLE`, of any number of channels.
/// Chunks it does not know are skipped. A size that claims more than the file has (a recording cut
/// short, a stream written with 0xFFFFFFFF), or nothing where audio follows (a recorder that was
/// killed), means "until the end". Opens nothing: whoever has a path reads the bytes.
///
/// Source: Microsoft/IBM, "Multimedia Programming Interface and Data Specifications 1.0" (RIFF and
/// WAVE), RFC 2361 for the format tags, EBU Tech 3306 for RF64.
public struct WaveFile: Hashable, Sendable {
  /// Samples a second, as the header says.
  public var rate: SampleRate
  /// The sound, native 16-bit samples; G.711 files are expanded.
  public var samples: [Int16]
  /// How the file held its samples, ``AudioEncoding/linear16`` for every depth of linear PCM and for
  /// floats; ``encoded()`` always writes that.
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
  /// - Parameters:
  ///   - bytes: the file from its first byte.
  ///   - channel: which channel to take, from 1; nil for the mean of all.
  /// - Throws: ``WaveFileError``, each case one clear sentence. A sound of zero samples is no error.
  /// - Complexity: O(`bytes.count`), allocates the samples: at most two bytes for each of the file's.
  public init(bytes: Span<UInt8>, channel: Int? = nil) throws(WaveFileError) {
    let chunks = try WaveChunks(bytes: bytes)
    let format = chunks.format
    if let channel, !(1...format.channels).contains(channel) {
      throw .noSuchChannel(channel, of: format.channels)
    }
    self.rate = format.rate
    self.encoding = format.encoding
    self.samples = format.samples(of: bytes, in: chunks.audio, channel: channel.map { $0 - 1 })
  }

  /// Whether bytes begin as a file that ``init(bytes:channel:)`` may read: `RIFF`, `RF64` or `BW64`,
  /// a size and `WAVE`.
  public static func begins(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 12, bytes.holds("WAVE", at: 8) else { return false }
    return bytes.holds("RIFF", at: 0) || bytes.holds("RF64", at: 0) || bytes.holds("BW64", at: 0)
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
