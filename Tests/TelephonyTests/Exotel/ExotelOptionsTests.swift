import AudioEngine
import Telephony
import Testing

@Suite struct ExotelOptionsTests {
  private static let formats: [WireFormat] = SampleRate.telephony.flatMap { rate in
    AudioEncoding.allCases.map { WireFormat($0, rate) }
  }

  @Test("documented sizes lie in 3,200 to 100,000 in multiples of 320", arguments: formats)
  func documented(format: WireFormat) {
    let policy = ExotelCodec().playbackPolicy(for: format).chunk
    #expect(policy.minimumBytes == 3_200 && policy.maximumBytes == 99_840)
    #expect(policy.multipleBytes == 320 && policy.isLegal(byteCount: policy.preferredBytes))
    let expected = format == WireFormat(.linear16, .hz24000) ? 4_800 : 3_200
    #expect(policy.preferredBytes == expected)
  }

  @Test("relaxed sizes are whole 20 ms of the stream's own rate", arguments: formats)
  func relaxed(format: WireFormat) {
    let codec = ExotelCodec(options: ExotelOptions(chunkSizes: .relaxed))
    let policy = codec.playbackPolicy(for: format).chunk
    #expect(format.nanoseconds(byteCount: policy.minimumBytes) == 20_000_000)
    #expect(policy.multipleBytes == policy.minimumBytes)
    #expect(policy.preferredBytes <= 1_920 && policy.preferredBytes >= 800)
    if format.encoding == .linear16 { #expect(policy.multipleBytes % 320 == 0) }
  }
}
