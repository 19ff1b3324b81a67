import AudioEngine
import CAllocationCount
import Testing

@Suite struct KernelsTests {
  @Test("scalar comes first and the best last") func order() {
    #expect(Kernels.available.first?.name == "scalar")
    #expect(Kernels.available.last?.name == Kernels.best.name)
  }

  @Test("nothing allocates after the first call", .countsAllocations)
  func allocations() throws {
    var upwards = try Resampler(from: .hz8000, to: .hz16000)
    var general = try Resampler(
      from: .hz16000, to: try #require(SampleRate(hertz: 44_100)))
    let text = Array(String(repeating: "AAAA", count: 80).utf8)
    var bytes = [UInt8](repeating: 0, count: 240)
    var samples = [Int16](repeating: 0, count: 120)
    var wide = [Int16](repeating: 0, count: 1_000)
    func round() throws(Base64Error) {
      var byteSpan = bytes.mutableSpan
      var room = unsafe byteSpan.mutableBytes
      let count = try Base64.decode(unsafe text.span.bytes, into: &room)
      var sampleSpan = samples.mutableSpan
      Linear16.decode(unsafe bytes.span.bytes.extracting(..<count), into: &sampleSpan)
      var wideSpan = wide.mutableSpan
      _ = upwards.resample(samples.span, into: &wideSpan)
      _ = upwards.flush(into: &wideSpan)
      _ = general.resample(samples.span, into: &wideSpan)
      _ = general.flush(into: &wideSpan)
      _ = Level(of: wide.span)
    }
    try round()
    let before = allocation_count()
    for _ in 0..<100 { try round() }
    #expect(allocation_count() == before)
  }
}
