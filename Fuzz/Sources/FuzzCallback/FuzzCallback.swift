import Budget
import Telephony

/// libFuzzer's entry: the first byte chooses the content type, the rest is query and body.
@c(LLVMFuzzerTestOneInput)
public func fuzzCallback(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let types = [
    nil, "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=X",
  ]
  let type = types[Int(bytes.first ?? 0) % types.count]
  Budget(edgesPerByte: 3_000).spend(on: count) { read(Array(bytes.dropFirst()), type) }
  return 0
}

private func read(_ body: [UInt8], _ type: String?) {
  let fields = CallbackFields(
    query: String(decoding: body, as: UTF8.self), contentType: type, body: body)
  precondition(fields.values.count <= CallbackFields.maximumFields)
  let passthru = ExotelPassthru(fields)
  _ = passthru.deduplicationKey
  _ = ExotelStatusCallback(fields)
  _ = ExotelLegEvent(fields)
  let plivo = PlivoStatusCallback(fields)
  _ = (plivo.deduplicationKey, plivo.trouble)
  _ = PlivoAnswerRequest(fields)
  let twilio = TwilioStatusCallback(fields)
  _ = (twilio.deduplicationKey, twilio.trouble, twilio.report)
  _ = TwilioAnswerRequest(fields)
  let answer = RESTResponse(status: 200, body: body)
  _ = ExotelCall.answer(answer)
  _ = ExotelActiveStreams.answer(answer)
  _ = ExotelLegReceipt.answer(answer)
  _ = PlivoStreamInfo.answer(answer)
  _ = PlivoStreamInfo.list(answer)
  _ = TwilioCall.answer(answer)
  _ = TwilioStreamInfo.answer(answer)
}
