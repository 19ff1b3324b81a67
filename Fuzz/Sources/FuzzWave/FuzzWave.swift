import AudioEngine
import Budget

/// libFuzzer's entry: a WAV file, from somebody else's tool.
@c(LLVMFuzzerTestOneInput)
public func fuzzWave(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  Budget(edgesPerByte: 600).spend(on: count) {
    if let file = try? WaveFile(bytes: bytes.span) {
      precondition(file.samples.count <= count)
    }
  }
  return 0
}
