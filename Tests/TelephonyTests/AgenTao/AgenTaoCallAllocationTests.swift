import AudioEngine
import CAllocationCount
import Testing

@testable import Telephony

@Suite struct AgenTaoCallAllocationTests {
  @Test(
    "a busy call allocates nothing per message, in either direction, on either wire",
    .countsAllocations)
  func allocatesNothing() throws {
    for wire in [AgenTaoW1(), AgenTaoNVP()] as [any AgenTaoWire] {
      let counted = try count(wire)
      #expect(counted.allocations == 0, "\(wire.name)")
      #expect(counted.sent > 1_000, "\(wire.name)")
    }
  }

  /// Carries 1,500 steps of 20 ms and counts what the later ones allocate.
  private func count(_ wire: any AgenTaoWire) throws -> (allocations: UInt64, sent: Int) {
    let opened = try VirtualCall.answered(
      wire: wire, AgenTaoCallConfiguration(rate: .hz24000, botRate: .hz16000))
    let request = Array(
      #"{"type":"buffer_request","data":{"requested_bytes":960,"prefer_audio_frame_bytes":960,"channelId":0}}"#
        .utf8)
    var audio = [UInt8](repeating: 0, count: wire.announcesMedia ? 976 : 961)
    if wire.announcesMedia { audio[0] = 1 }
    let speech = [Int16](repeating: 1_000, count: 320)
    var frame = [Int16](repeating: 0, count: 320)
    var message = MessageBuffer()
    var counted: UInt64 = 0
    var sent = 0
    let epoch = try opened.session.media.beginUtterance(at: opened.now)
    for step in 1..<1_500 {
      let now = opened.now + .milliseconds(20 * step)
      let grant = Array(
        #"{"type":"event","name":"audio.grant","data":{"epoch":0,"upToBytes":\#(960 * step)}}"#.utf8
      )
      let before = allocation_count()
      unsafe opened.session.receive(
        text: wire.announcesMedia ? grant.span.bytes : request.span.bytes, at: now)
      _ = unsafe opened.session.receive(binary: audio.span.bytes, at: now)
      var span = frame.mutableSpan
      _ = opened.session.media.read(into: &span)
      _ = try opened.session.media.write(speech.span, to: epoch, at: now)
      while opened.session.poll(at: now, into: &message) == .binary { sent += 1 }
      _ = opened.session.nextDeadline(at: now)
      while opened.session.media.nextEvent() != nil {}
      if step >= 300 { counted += allocation_count() - before }
    }
    return (counted, sent)
  }
}
