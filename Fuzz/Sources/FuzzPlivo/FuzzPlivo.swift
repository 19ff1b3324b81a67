import Telephony

/// libFuzzer's entry: one WebSocket message. Traps where a media event leaves its message.
@c(LLVMFuzzerTestOneInput)
public func fuzzPlivo(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let message = unsafe UnsafeRawBufferPointer(start: start, count: count)
  let span = unsafe RawSpan(_unsafeBytes: message)
  if case .media(let media) = PlivoCodec().decode(span) {
    precondition(unsafe message[media.payload.upperBound] == UInt8(ascii: "\""))
    var scratch: [UInt8] = []
    JSONText.base64(in: span.extracting(media.payload), into: &scratch)
    precondition(scratch.count <= media.payload.count)
  }
  _ = PlatformRegistry.standard.detect(firstMessage: span)
  return 0
}
