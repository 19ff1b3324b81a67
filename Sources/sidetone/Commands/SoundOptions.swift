import AudioEngine

/// How a sound file is to be read, beyond what it says of itself.
struct SoundOptions {
  /// Which channel to take, from 1; nil for the mean of all.
  var channel: Int?
  /// What a file without a header holds; nil where there has to be one.
  var raw: WireFormat?

  /// A WAV file, all of its channels.
  init() {}

  /// What the options of ``channelOption`` and of a `--raw` say.
  init(_ arguments: Arguments) throws(UsageError) {
    channel = try arguments.integer("--channel", in: 1...65_535)
    raw = try arguments.text("--raw").map(Self.format)
  }

  static let channelOption = Option(
    "--channel", "N",
    help: "take the Nth channel of a file that has several (default: their mean)")

  static let rawOption = Option(
    "--raw", "HZ[:ENCODING]",
    help: "a file without a header holds samples at HZ: linear16 (little-endian), mulaw or alaw "
      + "(default linear16)")

  private static func format(_ text: String) throws(UsageError) -> WireFormat {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let rate = Int(parts[0]).flatMap(SampleRate.init(hertz:)) else {
      throw UsageError("--raw \(text) is no rate from 4000 to 192000, as in --raw 8000")
    }
    guard parts.count == 2 else { return WireFormat(.linear16, rate) }
    guard let encoding = AudioEncoding(rawValue: String(parts[1])) else {
      let names = Arguments.list(AudioEncoding.allCases.map(\.rawValue))
      throw UsageError("--raw \(text) is unknown: take \(names), as in --raw 8000:mulaw")
    }
    return WireFormat(encoding, rate)
  }
}
