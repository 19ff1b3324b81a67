import Testing

@testable import Telephony

/// A server that would speak in a format which is not the wire's is told so, and not played.
@Suite struct AgenTaoFormatTests {
  private func opening(_ members: String) throws -> VirtualCall {
    let call = try VirtualCall(wire: AgenTaoNVP())
    call.session.opened(at: call.now)
    call.receive(
      #"{"type":"event","name":"media.ready","seq":1,"data":{"callId":"c1","sampleRate":24000\#(members)}}"#
    )
    return call
  }

  @Test(
    "another encoding, more channels or another rate do not open the link",
    arguments: [
      #","encoding":"opus""#, #","encoding":"audio/x-mulaw""#, #","format":"pcm_f32le""#,
      #","channels":2"#, #","sampleRate":8000,"sample_rate":8000"#,
    ])
  func refused(members: String) throws {
    let call = try opening(members)
    guard case .notOpened? = call.failure else {
      Issue.record("\(String(describing: call.failure))")
      return
    }
    let isLive = call.session.isLive
    #expect(!isLive)
  }

  @Test(
    "what names the wire's own format opens it",
    arguments: [
      "", #","encoding":"audio/pcm""#, #","encoding":"s16le","channels":1"#, #","encoding":null"#,
    ])
  func taken(members: String) throws {
    let call = try opening(members)
    let isLive = call.session.isLive
    #expect(call.failure == nil && isLive)
  }
}
