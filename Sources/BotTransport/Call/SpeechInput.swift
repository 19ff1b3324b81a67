import AudioEngine

/// Makes what a bot writes into samples at its utterance's rate: bytes cut anywhere, samples of any rate.
///
/// What has the utterance's rate already passes as it is.
struct SpeechInput {
  /// The newest utterance that was begun with a rate of its own choosing; only the newest can be open.
  private var named: (epoch: Epoch, rate: SampleRate?)?
  private var converter: SpeechConverter?
  /// The first byte of a sample whose second has not come.
  private var half: (epoch: Epoch, byte: UInt8)?

  /// An utterance begins; its rate is the bot's where nil.
  mutating func begin(_ epoch: Epoch, at rate: SampleRate?) {
    named = (epoch, rate)
    drop()
  }

  /// The rate of an utterance; nil for the bot's.
  func rate(of epoch: Epoch?) -> SampleRate? {
    named.flatMap { $0.epoch == epoch ? $0.rate : nil }
  }

  /// Speech was cut off: nothing of it is to follow.
  mutating func drop() {
    converter = nil
    half = nil
  }

  /// The samples that `bytes` and half of one from before make.
  mutating func samples(of bytes: [UInt8], in epoch: Epoch) -> [Int16] {
    var bytes = bytes
    if let half, half.epoch == epoch { bytes.insert(half.byte, at: 0) }
    half = bytes.count % 2 == 1 ? bytes.last.map { (epoch, $0) } : nil
    return unsafe [Int16](unsafeUninitializedCapacity: bytes.count / 2) { buffer, count in
      var span = unsafe buffer.mutableSpan
      unsafe Linear16.decode(bytes.span.bytes, into: &span)
      count = bytes.count / 2
    }
  }

  /// Whether samples go as they are from the rate `from` to `to`, with nothing due in front of them.
  func passes(from: SampleRate, to: SampleRate) -> Bool { from == to && converter == nil }

  /// A piece of speech at the rate `to`, whatever is still due of another rate in front of it.
  mutating func convert(
    _ samples: [Int16], _ range: Range<Int>, from: SampleRate, to: SampleRate, in epoch: Epoch?
  ) throws(SpeechError) -> (samples: [Int16], range: Range<Int>) {
    if converter?.epoch != epoch { converter = nil }
    if from == to, converter == nil { return (samples, range) }
    var converted: [Int16] = []
    if let converter, converter.from != from || converter.to != to {
      converted = converter.flush()
      self.converter = nil
    }
    if from == to {
      converted += samples[range]
    } else {
      if converter == nil { converter = try SpeechConverter(from: from, to: to, epoch: epoch) }
      converted += converter?.convert(samples, range) ?? []
    }
    return (converted, 0..<converted.count)
  }

  /// Speech without an utterance of the bot's own went into this one, and goes on there.
  func continues(in epoch: Epoch?) { converter?.epoch = epoch }

  /// What is still due of an utterance that says nothing more.
  mutating func finish(_ epoch: Epoch) -> [Int16] {
    defer { drop() }
    guard let converter, converter.epoch == epoch else { return [] }
    return converter.flush()
  }
}

/// One resampled stream inside an utterance.
final class SpeechConverter {
  var epoch: Epoch?
  private var resampler: Resampler

  init(from: SampleRate, to: SampleRate, epoch: Epoch?) throws(SpeechError) {
    self.epoch = epoch
    do { resampler = try Resampler(from: from, to: to) } catch { throw .unsupportedRate }
  }

  var from: SampleRate { resampler.from }
  var to: SampleRate { resampler.to }

  func convert(_ samples: [Int16], _ range: Range<Int>) -> [Int16] {
    let room = resampler.outputBound(inputCount: range.count)
    return unsafe [Int16](unsafeUninitializedCapacity: room) { buffer, count in
      var span = unsafe buffer.mutableSpan
      count = resampler.resample(samples.span.extracting(range), into: &span)
    }
  }

  /// What is still due; a new stream begins.
  func flush() -> [Int16] {
    let room = resampler.outputBound(inputCount: 0)
    return unsafe [Int16](unsafeUninitializedCapacity: room) { buffer, count in
      var span = unsafe buffer.mutableSpan
      count = resampler.flush(into: &span)
    }
  }
}
