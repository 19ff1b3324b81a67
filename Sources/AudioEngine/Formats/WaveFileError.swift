/// Why bytes are not a WAV file that Sidetone reads.
public enum WaveFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes do not begin with a RIFF/WAVE header.
  case notWave
  /// No usable `fmt ` chunk.
  case noFormat
  /// No `data` chunk.
  case noAudio
  /// The samples are written in a way that is neither linear PCM, A-law nor mu-law.
  case unsupportedFormat(tag: Int)
  /// More than one channel, or none.
  case notMono(channels: Int)
  /// Linear PCM of another depth than 16 bits, or G.711 of another than 8.
  case unsupportedDepth(bits: Int)
  /// A rate outside 4,000 to 192,000 Hz.
  case unsupportedRate(hertz: Int)

  /// One clear sentence without a full stop, to be put after a file's name.
  public var description: String {
    switch self {
    case .notWave: "not a WAV file (no RIFF/WAVE header)"
    case .noFormat: "a WAV file without a usable format chunk"
    case .noAudio: "a WAV file without a data chunk"
    case .unsupportedFormat(let tag):
      "WAV format tag \(tag); Sidetone reads 16-bit linear PCM, A-law and mu-law"
    case .notMono(let channels): "\(channels) channels; Sidetone wants mono"
    case .unsupportedDepth(let bits): "\(bits) bits a sample; Sidetone wants 16-bit linear PCM"
    case .unsupportedRate(let hertz):
      "\(hertz) samples a second; Sidetone reads 4,000 to 192,000"
    }
  }
}
