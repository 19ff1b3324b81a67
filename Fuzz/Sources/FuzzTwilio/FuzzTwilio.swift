import AudioEngine
import Budget
import Telephony

/// libFuzzer's entry: one WebSocket message, to either end of the dialect, and as the settings of a signature.
/// Traps where a media event leaves its message.
@c(LLVMFuzzerTestOneInput)
public func fuzzTwilio(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let message = unsafe UnsafeRawBufferPointer(start: start, count: count)
  let span = unsafe RawSpan(_unsafeBytes: message)
  Budget(edgesPerByte: 900).spend(on: count) {
    let event = TwilioCodec().decode(span)
    if case .media(let media) = event {
      precondition(unsafe message[media.payload.upperBound] == UInt8(ascii: "\""))
      var scratch: [UInt8] = []
      JSONText.base64(in: span.extracting(media.payload), into: &scratch)
      precondition(scratch.count <= media.payload.count)
    } else if case .start(let start) = event {
      let codec = TwilioCodec()
      let format = codec.wireFormat(for: start, query: URLQuery())
      precondition(format?.rate.isTelephony ?? true)
      _ = codec.direction(for: start, query: URLQuery())
      let end = TwilioEnd()
      let adopted = end.adopting(start)
      precondition(end.adopting(adopted) == adopted)
    }
    if case .media(let media) = TwilioEnd().decode(span).kind {
      precondition(unsafe message[media.payload.upperBound] == UInt8(ascii: "\""))
    }
    _ = PlatformRegistry.standard.detect(firstMessage: span)
    let text = unsafe String(decoding: message, as: UTF8.self)
    _ = TwilioSignature { _ in text }
    _ = TwilioTrouble(in: text)
  }
  return 0
}
