/// Why bytes are not a WAV file that Sidetone reads.
public enum WaveFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes do not begin with a RIFF/WAVE header.
  case notWave
  /// No usable `fmt ` chunk.
  case noFormat
  /// No `data` chunk.
  case noAudio
  /// The samples are written in a way that is neither linear PCM, float, A-law nor mu-law.
  case unsupportedFormat(tag: Int)
  /// A channel was asked for, counted from 1, that the file does not have.
  case noSuchChannel(Int, of: Int)
  /// Linear PCM of more than 32 bits or none, or a float of another size than 32 and 64.
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
      "WAV format tag \(tag)\(Self.name(ofTag: tag)); Sidetone reads linear PCM, float, A-law and mu-law"
    case .noSuchChannel(let channel, let channels):
      "no channel \(channel): it has \(channels == 1 ? "one" : "\(channels)")"
    case .unsupportedDepth(let bits):
      "\(bits) bits a sample; Sidetone reads linear PCM of up to 32 and floats of 32 and 64"
    case .unsupportedRate(let hertz):
      "\(hertz) samples a second; Sidetone reads 4,000 to 192,000"
    }
  }

  /// The name of a format that is met in telephony and on the web, in parentheses; else nothing.
  private static func name(ofTag tag: Int) -> String {
    switch tag {
    case 2: " (Microsoft ADPCM)"
    case 0x11: " (IMA ADPCM)"
    case 0x31: " (GSM 6.10)"
    case 0x55: " (MP3)"
    default: ""
    }
  }
}
