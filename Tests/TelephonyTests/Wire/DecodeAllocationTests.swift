import AudioEngine
import CAllocationCount
import Telephony
import Testing

@Suite struct DecodeAllocationTests {
  /// Not run where a sanitizer owns malloc; the report then says so.
  static let counts = ConditionTrait.enabled(
    if: allocation_counting_works(), "allocations are not counted in this build")

  @Test("the counter counts", counts)
  func control() {
    let before = allocation_count()
    var scratch: [UInt8] = []
    scratch.reserveCapacity(10_000)
    #expect(allocation_count() > before)
    #expect(scratch.isEmpty)
  }

  @Test(
    "reading media allocates nothing, quick or in full", counts,
    arguments: [
      "12-media-tone.json", "13-media-numeric.json", "14-media-odd.json",
      "15-media-odd-count.json", "16-media-mulaw.json",
    ])
  func decodesWithoutAllocation(name: String) throws {
    let bytes = try Vectors.bytes(name)
    let codec: any WireCodec = ExotelCodec()
    var read = 0
    let before = allocation_count()
    for _ in 0..<1_000 {
      if case .media(let media) = unsafe codec.decode(bytes.span.bytes) {
        read += media.payload.isEmpty ? 0 : 1
      }
    }
    let allocations = allocation_count() - before
    #expect(read == 1_000)
    #expect(allocations == 0)
  }

  @Test("escaped keys and payloads allocate nothing either", counts)
  func escapedWithoutAllocation() {
    let bytes = Array(#"{"ev\u0065nt":"media","media":{"p\u0061yload":"AA\/A\nAAA"}}"#.utf8)
    let codec = ExotelCodec()
    var scratch: [UInt8] = []
    scratch.reserveCapacity(64)
    var length = 0
    // The first round makes type metadata.
    _ = unsafe codec.decode(bytes.span.bytes)
    let before = allocation_count()
    for _ in 0..<1_000 {
      let message = unsafe bytes.span.bytes
      guard case .media(let media) = codec.decode(message) else { continue }
      JSONText.base64(in: message.extracting(media.payload), into: &scratch)
      length += scratch.count
    }
    let allocations = allocation_count() - before
    #expect(length == 7_000)
    #expect(allocations == 0)
  }

  @Test(
    "writing media allocates nothing once the buffer has grown", counts, arguments: [false, true])
  func encodesWithoutAllocation(counters: Bool) {
    var codec: any WireCodec = ExotelCodec(options: ExotelOptions(sendsMediaCounters: counters))
    codec.streamStarted(StreamStart(streamSID: "s"), format: WireFormat(.linear16, .hz8000))
    var message = MessageBuffer()
    var before = allocation_count()
    for round in 0..<1_001 {
      message.removeAll()
      codec.beginMedia(into: &message)
      message.append("AAAAAAAA")
      codec.endMedia(into: &message)
      // The first round makes type metadata.
      if round == 0 { before = allocation_count() }
    }
    let allocations = allocation_count() - before
    #expect(message.count > 60)
    #expect(allocations == 0)
  }
}
