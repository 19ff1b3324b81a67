import AudioEngine
import Budget

/// libFuzzer's entry: a caller's audio before what cleans it and what hears tones in it. The first byte
/// chooses the rate, the second what is done, the third how the audio is cut; the rest is samples, the
/// caller's and the bot's by turns.
@c(LLVMFuzzerTestOneInput)
public func fuzzLine(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard input.count > 3 else { return 0 }
  let bytes = Array(input[3...].prefix(16_384))
  var samples = [Int16](repeating: 0, count: bytes.count / 2)
  var room = samples.mutableSpan
  unsafe Linear16.decode(bytes.span.bytes, into: &room)
  let rate = SampleRate.telephony[Int(input[0]) % SampleRate.telephony.count]
  Budget(edges: 1_000_000, edgesPerByte: 20_000).spend(on: count) {
    clean(samples, rate, what: input[1])
    listen(samples, rate, cut: Int(input[2]))
  }
  return 0
}

/// Any frames may come, in place, with any far end.
private func clean(_ samples: [Int16], _ rate: SampleRate, what: UInt8) {
  let options = EnhancementOptions(
    cancelsEcho: what & 1 != 0, suppressesNoise: what & 2 != 0, controlsGain: what & 4 != 0)
  guard var enhancer = try? Enhancer(options, rate: rate) else { return }
  let count = enhancer.frameSampleCount
  var frame = [Int16](repeating: 0, count: count)
  var start = 0
  while start + 2 * count <= samples.count {
    for index in 0..<count { frame[index] = samples[start + index] }
    var span = frame.mutableSpan
    enhancer.process(&span, far: samples.span.extracting((start + count)..<(start + 2 * count)))
    if enhancer.mayHoldEcho { enhancer.cover(&span) }
    if let delay = enhancer.delay {
      precondition(delay >= .zero && delay <= Enhancer.longestDelay)
    }
    start += 2 * count
  }
}

/// However the audio is cut, the same keys and beeps are heard.
private func listen(_ samples: [Int16], _ rate: SampleRate, cut: Int) {
  var keys = (KeyToneDetector(), KeyToneDetector())
  var beeps = (BeepDetector(), BeepDetector())
  var heard: ([KeyToneDetector.Edge], [KeyToneDetector.Edge]) = ([], [])
  keys.0.hear(samples.span, rate: rate) { heard.0.append($0) }
  let last = beeps.0.hear(samples.span, rate: rate)
  var lastOfPieces: Beep?
  var start = 0
  while start < samples.count {
    let end = min(start + 1 + (cut * 7 + start) % 700, samples.count)
    let piece = samples.span.extracting(start..<end)
    keys.1.hear(piece, rate: rate) { heard.1.append($0) }
    lastOfPieces = beeps.1.hear(piece, rate: rate) ?? lastOfPieces
    start = end
  }
  precondition(heard.0 == heard.1 && keys.0.finish() == keys.1.finish())
  precondition(last == lastOfPieces)
}
