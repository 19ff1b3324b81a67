import Telephony
import Testing

/// The quick reading must never differ from the full one.
@Suite struct QuickMediaTests {
  private func quick(_ bytes: [UInt8]) -> MediaMessage? { unsafe QuickMedia.read(bytes.span.bytes) }

  private func full(_ bytes: [UInt8]) throws(MalformedKind) -> MediaMessage? {
    let envelope = try unsafe MediaEnvelope(scanning: bytes.span.bytes)
    return envelope.isMedia ? envelope.media : nil
  }

  @Test(
    "takes the forms that platforms send",
    arguments: [
      #"{"event":"media","sequence_number":"2","stream_sid":"3f91c27ad04e8b56","media":{"chunk":"1","timestamp":"20","payload":"AACfA+MGewklC7gL"}}"#,
      #"{"event":"media","sequence_number":3,"stream_sid":"x","media":{"chunk":2,"timestamp":200,"payload":"AACfA+MGewklC7gL"}}"#,
      #"{"event":"media","sequenceNumber":3,"streamSid":"x","media":{"track":"inbound","chunk":2,"timestamp":"5","payload":"AACfA+MGewklC7gL"}}"#,
      #"{"sequenceNumber":3,"event":"media","streamId":"x-y-z-0","media":{"track":"outbound","timestamp":"5","chunk":2,"payload":"AACfA+MGewklC7gL"}}"#,
      #"{"event":"media","media":{"payload":"","track":"outbound"}}"#,
      #"{"event":"media","media":{"payload":"AACfA+MG"},"extra_headers":"tenant=acme;flow=support"}"#,
      #"{"event":"media","media":{"payload":"AACfA+MG"},"extra_headers":""}"#,
      #"{"event":"media","extra_headers":"a=b","media":{"payload":"AACfA+MG"}}"#,
      #"{"media":{"payload":"AAAA"},"stream_sid":"0123456789","event":"media","sequence_number":"7"}"#,
    ])
  func takes(text: String) throws {
    let bytes = Array(text.utf8)
    let read = try #require(quick(bytes))
    #expect(read == (try full(bytes)))
  }

  @Test(
    "declines what only the full reading can judge",
    arguments: [
      #"{ "event":"media","media":{"payload":"AAAAAAAAAAAA"}}"#,
      #"{"event":"media","media":{"payload":"AA\/AAAAAAAA"}}"#,
      #"{"event":"media","event":"media","media":{"payload":"AAAAAAAA"}}"#,
      #"{"event":"media","media":{"payload":"AAAA","payload":"BBBBBBBBBBBB"}}"#,
      #"{"event":"media","extra":1,"media":{"payload":"AAAAAAAA"}}"#,
      #"{"event":"media","media":{"chunk":"0123456789012345678","payload":"AAAAAAAA"}}"#,
      #"{"event":"media","media":{"chunk":1.5,"payload":"AAAAAAAAAAAAAAAA"}}"#,
      #"{"event":"media","media":{"track":"other","payload":"AAAAAAAAAAAAAAAA"}}"#,
      #"{"media":{"payload":"AAAA"}}"#, #"{"event":"media"}"#, "{", "", "{\"",
    ])
  func declines(text: String) { #expect(quick(Array(text.utf8)) == nil) }

  @Test("agrees with the full reading on every cut and every single-byte change")
  func agreesOnNeighbours() throws {
    let plivo = try Vectors.text("04-media-tone.json", of: .plivo)
    for whole in [
      try Vectors.text("12-media-tone.json"), try Vectors.text("14-media-odd.json"), plivo,
    ] {
      // A short payload keeps the cases to the interesting part, the envelope.
      let text = whole.replacing(#/"(AACf|/9jL)[^"]*"/#, with: #""AACfA+Me""#)
      let bytes = Array(text.utf8)
      var taken = 0
      for end in 0...bytes.count { taken += try agree(Array(bytes[..<end])) }
      for index in bytes.indices {
        for byte in Array("\"\\{}[]:,_ 0Aa\u{0}".utf8) + [0xFF] {
          var changed = bytes
          changed[index] = byte
          taken += try agree(changed)
        }
      }
      #expect(taken > 100)
    }
  }

  /// How many of one were read quickly, and so compared.
  private func agree(_ bytes: [UInt8]) throws -> Int {
    guard let read = quick(bytes) else { return 0 }
    let expected = try full(bytes)
    #expect(read == expected, "\(String(decoding: bytes, as: UTF8.self))")
    return 1
  }
}
