import AudioEngine

/// A bot's payloads on their way to samples: base64, headers of files, halves of samples, the order of
/// bytes. Memory is kept for the next payload: none is allocated once the largest has been seen.
struct BotAudio {
  /// The samples that the last payload made.
  private(set) var samples: [Int16] = []
  private let format: WireFormat
  /// The first byte is room for half a sample from before.
  private var bytes: [UInt8] = [0]
  private var text: [UInt8] = []
  /// The first half of a sample whose second has not come.
  private var half: UInt8?
  private var isSwapped = false

  /// Makes a reader of `format`'s payloads.
  init(_ format: WireFormat) { self.format = format }

  /// What of a payload is known once it has been read.
  struct Reading: Hashable {
    /// Samples that wait in ``BotAudio/samples``, from its start.
    var sampleCount = 0
    /// What was wrong; two at most, in the order in which they were found.
    var fault: BotFault?
    var secondFault: BotFault?

    mutating func note(_ fault: BotFault) {
      if self.fault == nil { self.fault = fault } else { secondFault = fault }
    }
  }

  /// Reads the base64 of one payload.
  mutating func read(_ base64: RawSpan, hasEscapes: Bool) -> Reading {
    var reading = Reading()
    let capacity = Base64.decodedCapacity(characterCount: base64.byteCount)
    if bytes.count <= capacity {
      bytes = [UInt8](repeating: 0, count: max(capacity + 1, 2 * bytes.count))
    }
    guard let count = decode(base64, hasEscapes: hasEscapes) else {
      reading.note(.invalidBase64)
      return reading
    }
    var audio = 1..<(1 + count)
    if let start = skipHeader(audio, &reading) {
      audio = start..<audio.upperBound
    } else {
      return reading
    }
    guard !audio.isEmpty else {
      if reading.fault == nil { reading.note(.emptyAudio) }
      return reading
    }
    expand(audio, &reading)
    return reading
  }

  /// The bot's next audio does not go on where the last has ended.
  mutating func cut() { half = nil }

  /// Strictly first, which is quick; then with what some senders do to base64. nil where it is none.
  private mutating func decode(_ base64: RawSpan, hasEscapes: Bool) -> Int? {
    if !hasEscapes, let count = Self.decode(base64, into: &bytes) { return count }
    JSONText.base64(in: base64, into: &text)
    let cleaned = text
    return unsafe Self.decode(cleaned.span.bytes, into: &bytes)
  }

  /// Reads base64 into `bytes` behind the first.
  private static func decode(_ text: RawSpan, into bytes: inout [UInt8]) -> Int? {
    var all = bytes.mutableSpan
    var span = unsafe all.mutableBytes
    var room = span._mutatingExtracting(1..<span.byteCount)
    return try? Base64.decode(text, into: &room, padding: .optional)
  }

  /// Where the audio begins; nil where there is none that could be played.
  private func skipHeader(_ audio: Range<Int>, _ reading: inout Reading) -> Int? {
    let start = audio.lowerBound
    if begins(audio, "ID3") || begins(audio, "OggS") || begins(audio, "fLaC") {
      reading.note(.compressed)
      return nil
    }
    guard begins(audio, "RIFF"), begins((start + 8)..<max(start + 8, audio.upperBound), "WAVE")
    else { return start }
    reading.note(.header)
    var place = start + 12
    // A file has a handful of chunks; a loop that reads a hostile one is bounded by its bytes all the same.
    while place + 8 <= audio.upperBound {
      let size = Int(word(place + 4)) | Int(word(place + 6)) << 16
      if begins(place..<audio.upperBound, "data") { return place + 8 }
      if begins(place..<audio.upperBound, "fmt "), place + 24 <= audio.upperBound {
        let rate = Int(word(place + 12)) | Int(word(place + 14)) << 16
        let tag = word(place + 8)
        if rate != format.rate.hertz || tag != 0xFFFE && tag != Self.tag(of: format.encoding) {
          reading.note(.formatMismatch)
        }
      }
      place += 8 + size + size % 2
    }
    return min(start + 44, audio.upperBound)
  }

  /// What a WAV file calls an encoding (RFC 2361).
  private static func tag(of encoding: AudioEncoding) -> UInt16 {
    switch encoding {
    case .linear16: 1
    case .alaw: 6
    case .mulaw: 7
    }
  }

  private func word(_ place: Int) -> UInt16 {
    UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
  }

  private func begins(_ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count >= word.utf8CodeUnitCount else { return false }
    for index in 0..<word.utf8CodeUnitCount
    where unsafe bytes[range.lowerBound + index] != word.utf8Start[index] {
      return false
    }
    return true
  }

  private mutating func expand(_ audio: Range<Int>, _ reading: inout Reading) {
    var audio = audio
    if format.encoding == .linear16 {
      if let half {
        bytes[audio.lowerBound - 1] = half
        audio = (audio.lowerBound - 1)..<audio.upperBound
      }
      half = audio.count % 2 == 1 ? bytes[audio.upperBound - 1] : nil
      let whole = audio.lowerBound..<(audio.upperBound - audio.count % 2)
      isSwapped =
        unsafe AudioLabelCheck.isSwapped(bytes.span.bytes.extracting(whole)) ?? isSwapped
      if isSwapped {
        reading.note(.swappedBytes)
        for index in stride(from: whole.lowerBound, to: whole.upperBound, by: 2) {
          bytes.swapAt(index, index + 1)
        }
      }
      audio = whole
    }
    let count = audio.count / format.encoding.bytesPerSample
    if samples.count < count {
      samples = [Int16](repeating: 0, count: max(count, 2 * samples.count))
    }
    reading.sampleCount = count
    Self.expand(bytes, audio, format.encoding, into: &samples)
    let source = unsafe bytes.span.bytes.extracting(audio)
    if format.encoding != .linear16, AudioLabelCheck.isLinear(source, companded: samples.span) {
      reading.note(.linearAsCompanded)
    }
  }

  private static func expand(
    _ bytes: [UInt8], _ audio: Range<Int>, _ encoding: AudioEncoding, into samples: inout [Int16]
  ) {
    let source = unsafe bytes.span.bytes.extracting(audio)
    var span = samples.mutableSpan
    switch encoding {
    case .linear16: Linear16.decode(source, into: &span)
    case .mulaw: G711.mulawDecode(source, into: &span)
    case .alaw: G711.alawDecode(source, into: &span)
    }
  }
}
