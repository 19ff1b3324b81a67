import AudioEngine
import Telephony
import Testing

@Suite struct PlivoOptionsTests {
  static let formats = [
    WireFormat(.mulaw, .hz8000), WireFormat(.linear16, .hz8000), WireFormat(.linear16, .hz16000),
    WireFormat(.linear16, .hz24000),
  ]

  @Test("payloads are whole slices of 20 ms, at most 16 KB of base64", arguments: formats)
  func sizes(format: WireFormat) {
    let slice = format.byteCount(nanoseconds: 20_000_000)
    let policy = PlivoOptions().chunkPolicy(for: format)
    #expect(policy.minimumBytes == slice && policy.multipleBytes == slice)
    #expect(policy.preferredBytes == 2 * slice)
    #expect(policy.maximumBytes <= 12_288 && policy.maximumBytes + slice > 12_288)
    #expect((policy.maximumBytes + 2) / 3 * 4 <= 16_384)
  }

  @Test(
    "the chunk follows the lead, inside its bounds", arguments: formats,
    [Duration.zero, .milliseconds(99), .milliseconds(500), .seconds(5), .seconds(3_600)])
  func byLead(format: WireFormat, lead: Duration) {
    let options = PlivoOptions(lead: lead)
    let policy = options.chunkPolicy(for: format)
    let wanted = min(max(lead / 5, .milliseconds(20)), .seconds(6))
    let preferred = Duration.nanoseconds(format.nanoseconds(byteCount: policy.preferredBytes))
    #expect(preferred <= wanted)
    #expect(preferred > wanted - .milliseconds(20) || policy.preferredBytes == policy.maximumBytes)
    guard case .fixed(let bounded) = PlivoCodec(options: options).playbackPolicy(for: format).lead
    else {
      Issue.record("the lead is not fixed")
      return
    }
    #expect(bounded <= .seconds(30))
  }

  @Test("the platform holds 40 s, echoes marks and acknowledges a clear")
  func playback() {
    let policy = PlivoCodec().playbackPolicy(for: WireFormat(.mulaw, .hz8000))
    #expect(policy.platformBuffer == .seconds(40) && policy.echoesMarks && policy.acknowledgesClear)
    #expect(policy.lead == .fixed(.milliseconds(200)) && policy.prime == .milliseconds(60))
  }
}
