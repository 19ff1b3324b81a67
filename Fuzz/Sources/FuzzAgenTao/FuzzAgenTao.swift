import Budget
import Telephony

/// libFuzzer's entry: one message of each of AgenTao's links, on both wires, as text and as binary.
@c(LLVMFuzzerTestOneInput)
public func fuzzAgenTao(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let message = unsafe UnsafeRawBufferPointer(start: start, count: count)
  let span = unsafe RawSpan(_unsafeBytes: message)
  Budget(edgesPerByte: 900).spend(on: count) {
    let wires: [any AgenTaoWire] = [AgenTaoW1(), AgenTaoNVP()]
    for wire in wires {
      _ = wire.decodeControl(span)
      _ = wire.decodeMedia(span)
      if let frame = wire.decodeAudio(span) { precondition(frame.payloadStart <= count) }
    }
  }
  return 0
}
