import AudioEngine

/// What a platform's own word for an encoding says, be it a MIME type, a codec's name or neither:
/// `audio/x-mulaw;rate=8000`, `PCMA`, `raw/slin`, `base64`.
enum EncodingLabel: Hashable {
  /// An encoding that can be carried.
  case named(AudioEncoding)
  /// A word that says nothing: everything on the wire is raw audio in base64.
  case open
  /// Another codec, another width or byte order, or a word that is not known: noise, were it played.
  case unknown

  /// Words for 16-bit little-endian samples. Platforms mean that by L16 too, whatever RFC 3551 says of
  /// its byte order.
  private static let linear16: Set<String> = [
    "l16", "linear16", "linear16le", "lin16", "slin", "slin8", "slin16", "slin24", "pcm", "lpcm",
    "linear", "linearpcm", "pcmlinear", "pcm16", "pcm16le", "pcms16", "pcms16le", "s16", "s16le",
    "int16", "signed16", "signedinteger16", "signedlinear", "rawslin", "rawpcm", "pcmraw", "rawl16",
    "pcm16bit", "16bitpcm", "wav", "wave",
  ]
  private static let mulaw: Set<String> = [
    "mulaw", "ulaw", "pcmu", "g711u", "g711ulaw", "g711mulaw", "basic", "rawmulaw", "rawulaw",
    "pcmmulaw", "pcmulaw",
  ]
  private static let alaw: Set<String> = [
    "alaw", "pcma", "g711a", "g711alaw", "rawalaw", "pcmalaw",
  ]
  private static let silent: Set<String> = [
    "", "base64", "raw", "audio", "binary", "octetstream", "applicationoctetstream",
  ]

  private static let rates = [
    ("24000hz", 24_000), ("16000hz", 16_000), ("8000hz", 8_000), ("24000", 24_000),
    ("16000", 16_000), ("8000", 8_000), ("24khz", 24_000), ("16khz", 16_000), ("8khz", 8_000),
    ("24k", 24_000), ("16k", 16_000), ("8k", 8_000),
  ]

  /// The word of `label`, without letter case, separators, the type `audio` and parameters, and the
  /// rate that it may end in, as in `pcm_16000`.
  private static func parts(_ label: String) -> (word: String, rate: String?) {
    var word = ASCII.folded(label.prefix { $0 != ";" })
    for prefix in ["audio", "x"] where word.count > prefix.count && word.hasPrefix(prefix) {
      word.removeFirst(prefix.count)
    }
    let rate = rates.first { word.count > $0.0.count && word.hasSuffix($0.0) }
    if let rate { word.removeLast(rate.0.count) }
    return (word, rate.map { String($0.1) })
  }

  /// The rate that `label` ends in or has as a parameter: `16000` of `pcm_16000` and of
  /// `audio/x-l16;rate=16000`.
  static func rate(in label: String) -> String? {
    for parameter in label.lowercased().split(separator: ";").dropFirst() {
      let halves = parameter.split(separator: "=", maxSplits: 1)
      if halves.count == 2, ASCII.folded(halves[0]) == "rate" { return String(halves[1]) }
    }
    return parts(label).rate
  }

  /// Reads `label`.
  init(_ label: String) {
    let word = Self.parts(label).word
    self =
      if Self.mulaw.contains(word) {
        .named(.mulaw)
      } else if Self.alaw.contains(word) {
        .named(.alaw)
      } else if Self.linear16.contains(word) {
        .named(.linear16)
      } else {
        Self.silent.contains(word) ? .open : .unknown
      }
  }
}

extension AnnouncedFormat {
  /// An announcement in the platform's own words; see ``EncodingLabel``.
  init(label: String?, rate: String?, channels: Int?) {
    var named: AudioEncoding?
    if let label, case .named(let encoding) = EncodingLabel(label) { named = encoding }
    self.init(
      encodingLabel: label, encoding: named,
      rateLabel: rate,
      rate: (rate ?? label.flatMap(EncodingLabel.rate)).flatMap(LenientNumber.hertz)
        .flatMap(SampleRate.init(hertz:)),
      channels: channels)
  }

  /// Whether the encoding is one that no stream can be carried in.
  var isForeign: Bool { encoding == nil && encodingLabel.map(EncodingLabel.init) == .unknown }
}

extension JSONValue {
  /// The object that describes the stream of a start event: its `start`, or the event itself where a
  /// sender put the members beside the event's name.
  var startBody: JSONValue? {
    if let body = self["start"], case .object = body { return body }
    let names = ["stream_sid", "call_sid", "stream_id", "call_id", "call_uuid", "media_format"]
    return names.contains { self[$0] != nil } ? self : nil
  }
}
