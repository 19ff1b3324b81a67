import AudioEngine
import CAllocationCount
import Telephony
import Testing

@Suite struct DecodeAllocationTests {
  /// The allocations of 1,000 rounds of `body`, after ten that make type metadata.
  private func allocations(_ body: () -> Void) -> UInt64 {
    for _ in 0..<10 { body() }
    let before = allocation_count()
    for _ in 0..<1_000 { body() }
    return allocation_count() - before
  }

  @Test("the counter counts", .countsAllocations)
  func control() {
    var capacity = 0
    let counted = allocations {
      var scratch: [UInt8] = []
      scratch.reserveCapacity(10_000)
      capacity += scratch.capacity
    }
    #expect(counted >= 1_000 && capacity >= 10_000)
  }

  @Test(
    "reading media allocates nothing, quick or in full", .countsAllocations,
    arguments: [
      "12-media-tone.json", "13-media-numeric.json", "14-media-odd.json",
      "15-media-odd-count.json", "16-media-mulaw.json",
    ])
  func decodesWithoutAllocation(name: String) throws {
    let bytes = try Vectors.bytes(name)
    let codec: any WireCodec = ExotelCodec()
    var read = 0
    let counted = allocations {
      if case .media(let media) = unsafe codec.decode(bytes.span.bytes) {
        read += media.payload.isEmpty ? 0 : 1
      }
    }
    #expect(counted == 0 && read == 1_010)
  }

  @Test(
    "reading the others' media allocates nothing either", .countsAllocations,
    arguments: [
      (Platform.plivo, "04-media-tone.json"), (.plivo, "05-media-reduced.json"),
      (.plivo, "06-media-outbound.json"), (.twilio, "05-media-tone.json"),
      (.twilio, "06-media-outbound.json"), (.twilio, "07-media-numbers.json"),
    ])
  func decodesOthersWithoutAllocation(platform: Platform, name: String) throws {
    let bytes = try Vectors.bytes(name, of: platform)
    let codec = try #require(PlatformRegistry.standard.codec(for: platform))
    var read = 0
    let counted = allocations {
      if case .media(let media) = unsafe codec.decode(bytes.span.bytes) {
        read += media.payload.isEmpty ? 0 : 1
      }
    }
    #expect(counted == 0 && read == 1_010)
  }

  @Test("escaped keys and payloads allocate nothing either", .countsAllocations)
  func escapedWithoutAllocation() {
    let bytes = Array(#"{"ev\u0065nt":"media","media":{"p\u0061yload":"AA\/A\nAAA"}}"#.utf8)
    let codec = ExotelCodec()
    var scratch: [UInt8] = []
    scratch.reserveCapacity(64)
    var length = 0
    let counted = allocations {
      let message = unsafe bytes.span.bytes
      guard case .media(let media) = codec.decode(message) else { return }
      JSONText.base64(in: message.extracting(media.payload), into: &scratch)
      length += scratch.count
    }
    #expect(counted == 0 && length == 7_070)
  }

  @Test(
    "writing media allocates nothing once the buffer has grown", .countsAllocations,
    arguments: [
      ExotelCodec(), ExotelCodec(options: ExotelOptions(sendsMediaCounters: true)),
      PlivoCodec(), TwilioCodec(),
    ] as [any WireCodec])
  func encodesWithoutAllocation(codec: any WireCodec) {
    var codec = codec
    codec.streamStarted(StreamStart(streamSID: "s"), format: WireFormat(.mulaw, .hz8000))
    var message = MessageBuffer()
    let counted = allocations {
      message.removeAll()
      codec.beginMedia(into: &message)
      message.append("AAAAAAAA")
      codec.endMedia(into: &message)
    }
    #expect(counted == 0)
    #expect(message.count > 60)
  }
}
