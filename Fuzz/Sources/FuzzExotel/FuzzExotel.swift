import Budget
import Telephony

/// libFuzzer's entry: one WebSocket message. Traps where a media event leaves its message.
@c(LLVMFuzzerTestOneInput)
public func fuzzExotel(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let message = unsafe UnsafeRawBufferPointer(start: start, count: count)
  let span = unsafe RawSpan(_unsafeBytes: message)
  Budget(edgesPerByte: 600).spend(on: count) {
    let event = ExotelCodec().decode(span)
    if case .media(let media) = event {
      precondition(unsafe message[media.payload.upperBound] == UInt8(ascii: "\""))
      var scratch: [UInt8] = []
      JSONText.base64(in: span.extracting(media.payload), into: &scratch)
      precondition(scratch.count <= media.payload.count)
    } else if case .start(let start) = event {
      let codec = ExotelCodec()
      let format = codec.wireFormat(for: start, query: URLQuery())
      precondition(format?.rate.isTelephony ?? true)
      _ = codec.direction(for: start, query: URLQuery())
    }
    _ = PlatformRegistry.standard.detect(firstMessage: span)
  }
  return 0
}
