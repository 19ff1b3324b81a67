import AudioEngine

/// What lies behind a payload that a platform does not take, as far as its size and its first bytes
/// tell, and what to do about it.
struct PayloadAdvice {
  let rules: JudgeRules
  let format: WireFormat

  /// Sizes of the headers that writers of WAV files put in front: the plain one, with an extension
  /// size, with a fact chunk, and with ffmpeg's name in a LIST chunk.
  private static let headers = [44, 46, 58, 78]
  /// Rates that speech synthesisers give.
  private static let rates = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]

  /// The likely cause and the cure of an illegal size, to be put after a colon; `followsLegal` where
  /// chunks of legal sizes came before.
  func text(onSize size: Int, followsLegal: Bool) -> String {
    let sample = format.encoding.bytesPerSample
    if size == 0 { return "send nothing where there is nothing to say" }
    if size % sample != 0 {
      return "an odd number of bytes is no whole number of 16-bit samples: cut at even places, and "
        + "make sure that the audio is 16-bit linear"
    }
    if size > rules.maximumBytes {
      return "that is \(milliseconds(size)) of speech at once: cut it into pieces of "
        + "\(usual.grouped)"
    }
    if let header = Self.headers.first(where: { size > $0 && rules.isLegal(size - $0) }) {
      return "\(header) bytes more than \((size - header).grouped), as a WAV file's header has: "
        + "leave it out and send the samples behind 'data'"
    }
    if followsLegal {
      return
        "the end of an utterance? fill it up with silence to \(legalSize(atLeast: size).grouped)"
    }
    return "\(cause(of: size)); \(cure(of: size))"
  }

  private func cause(of size: Int) -> String {
    var causes = [milliseconds(size) + " at \(format.rate)"]
    if format.encoding == .linear16, size == 160 || size == 80 {
      causes.append("\(size / 8) ms of mu-law or A-law, which other platforms take")
    }
    let others = Self.rates.filter { $0 != format.rate.hertz && size == $0 / 50 * 2 }
    causes += others.map { "20 ms at \($0) Hz (then resample it first)" }
    if size >= 256, size & (size - 1) == 0 {
      causes.append("a power of two, as the buffers of files and sound cards have")
    }
    return causes.joined(separator: ", or ")
  }

  private func cure(of size: Int) -> String {
    let pieces = (rules.minimumBytes + size - 1) / size
    if size < rules.minimumBytes, rules.isLegal(pieces * size) {
      return "gather \(pieces) of them into one chunk of \((pieces * size).grouped)"
    }
    if size < rules.minimumBytes {
      return "gather the audio and cut it at \(usual.grouped)"
    }
    let below = size / rules.multipleBytes * rules.multipleBytes
    return "send \(below.grouped) and keep the rest for the next chunk"
  }

  /// The size to cut at: the least legal one that lasts 100 ms.
  private var usual: Int { legalSize(atLeast: format.byteCount(nanoseconds: 100_000_000)) }

  private func legalSize(atLeast size: Int) -> Int {
    let multiple = rules.multipleBytes
    return max((size + multiple - 1) / multiple * multiple, rules.minimumBytes)
  }

  private func milliseconds(_ size: Int) -> String {
    let tenths = format.nanoseconds(byteCount: size) / 100_000
    return tenths % 10 == 0 ? "\(tenths / 10) ms" : "\(tenths / 10).\(tenths % 10) ms"
  }

  /// What a payload is where it is not bare samples: a file, or base64 once more.
  static func disguise(of payload: Span<UInt8>) -> String? {
    if let place = wavHeader(in: payload) {
      return
        "a chunk with a WAV file's header at byte \(place.grouped), which is heard as a click: "
        + "leave it out and send the samples behind 'data'"
    }
    let files: [(StaticString, String)] = [
      ("OggS", "an Ogg file"), ("fLaC", "a FLAC file"), ("ID3\u{3}", "an MP3 file"),
      ("ID3\u{4}", "an MP3 file"),
    ]
    for (magic, name) in files where payload.spells(magic, at: 0) {
      return "a chunk that is the beginning of \(name): decode it to samples first"
    }
    return isBase64(payload)
      ? "a chunk whose bytes are base64 themselves: encode the samples once" : nil
  }

  private static func wavHeader(in payload: Span<UInt8>) -> Int? {
    guard payload.count >= 12 else { return nil }
    for place in 0...(payload.count - 12)
    where payload[place] == UInt8(ascii: "R") && payload.spells("RIFF", at: place)
      && payload.spells("WAVE", at: place + 8)
    {
      return place
    }
    return nil
  }

  /// Whether the first bytes are all of base64's alphabet, and not a tone of few values.
  private static func isBase64(_ payload: Span<UInt8>) -> Bool {
    let length = min(payload.count, 320)
    guard length >= 64 else { return false }
    var values: Set<UInt8> = []
    for index in 0..<length {
      guard isOfAlphabet(payload[index]) else { return false }
      values.insert(payload[index])
    }
    return values.count >= 20
  }

  private static func isOfAlphabet(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"),
      UInt8(ascii: "="):
      true
    default: false
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether the bytes at `position` spell `text`.
  fileprivate func spells(_ text: StaticString, at position: Int) -> Bool {
    let text = String(describing: text).utf8
    return count - position >= text.count
      && zip(text, position...).allSatisfy { $0 == self[$1] }
  }
}
