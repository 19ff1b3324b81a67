import AudioEngine
import Budget
import Telephony

/// libFuzzer's entry: a call. The first byte chooses the path, each line is a message; a line that
/// begins with a NUL comes as a binary one.
@c(LLVMFuzzerTestOneInput)
public func fuzzSession(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let path = ["/exotel", "/plivo", "/anything", "/twilio"][Int(input.first ?? 0) % 4]
  // A short one may be a start, which makes a ring and a resampler.
  Budget(edges: 400_000, edgesPerByte: 6_000).spend(on: count) { call(path, input.dropFirst()) }
  return 0
}

private func call(_ path: String, _ input: ArraySlice<UInt8>) {
  var now = MonotonicTime.zero
  var session = CallSession(
    path: path, configuration: CallConfiguration(botRate: .hz16000), at: now)
  var message = MessageBuffer()
  for line in input.split(separator: 0x0A, maxSplits: 64) {
    now = now + .milliseconds(20)
    let isBinary = line.first == 0
    let bytes = Array(isBinary ? line.dropFirst() : line)
    _ =
      isBinary
      ? unsafe session.receive(binary: bytes.span.bytes, at: now)
      : unsafe session.receive(text: bytes.span.bytes, at: now)
    var frame = [Int16](repeating: 0, count: 320)
    var span = frame.mutableSpan
    while session.media?.read(into: &span) ?? 0 > 0 {}
    while let event = session.media?.nextEvent() { _ = event }
    var steps = 0
    while session.poll(at: now, into: &message) != nil { steps += 1 }
    precondition(steps <= 64, "\(steps) messages at one time")
    if let deadline = session.nextDeadline(at: now) { precondition(deadline >= .zero) }
  }
  session.socketClosed(at: now)
}
