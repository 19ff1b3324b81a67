import Telephony
import Testing

@Suite struct PlatformRegistryTests {
  private func detect(_ text: String) -> Platform? {
    let bytes = Array(text.utf8)
    return unsafe PlatformRegistry.standard.detect(firstMessage: bytes.span.bytes)?.platform
  }

  @Test(
    "finds Exotel by its path, deeper paths included",
    arguments: [
      "/exotel", "/exotel/", "/exotel/v1/media", "/exotel?x=1", "exotel", "/Exotel/a", "//exotel",
    ])
  func paths(path: String) {
    #expect(PlatformRegistry.standard.codec(path: path)?.platform == .exotel)
  }

  @Test(
    "leaves other paths undecided", arguments: ["/", "", "/exotelx", "/media/exotel", "/?exotel"])
  func otherPaths(path: String) { #expect(PlatformRegistry.standard.codec(path: path) == nil) }

  @Test("finds a platform by its name")
  func names() {
    #expect(PlatformRegistry.standard.codec(for: .exotel)?.platform == .exotel)
    #expect(PlatformRegistry.standard.codec(for: Platform(name: "none")) == nil)
  }

  @Test(
    "recognises Exotel's start in every spelling",
    arguments: [
      "06-start-newest.json", "07-start-captured.json", "08-start-numeric.json",
      "09-start-camel-case.json",
      "10-start-mangled-token.json", "11-start-legs-mulaw.json", "05-connected-extras.json",
    ])
  func recognises(name: String) throws { #expect(detect(try Vectors.text(name)) == .exotel) }

  @Test("recognises Plivo's start, down to its two identifiers")
  func recognisesPlivo() throws {
    for name in ["01-start-mulaw.json", "02-start-linear16-braces.json", "03-start-minimal.json"] {
      #expect(detect(try Vectors.text(name, of: .plivo)) == .plivo)
    }
    #expect(detect(#"{"event":"start","start":{"callId":"c","streamId":"s"}}"#) == .plivo)
    #expect(PlatformRegistry.standard.codec(path: "/plivo/x")?.platform == .plivo)
  }

  @Test(
    "recognises Twilio's start by its sids and its tracks, wherever the stream's stands",
    arguments: [
      #"{"event":"start","streamSid":"MZ","start":{"accountSid":"AC","streamSid":"MZ","callSid":"CA","tracks":["inbound"]}}"#,
      #"{"event":"start","streamSid":"MZ","start":{"callSid":"CA","tracks":[]}}"#,
      #"{"event":"start","start":{"call_sid":"CA","stream_sid":"MZ","tracks":["inbound"]}}"#,
    ])
  func recognisesTwilio(text: String) {
    #expect(detect(text) == .twilio)
    #expect(PlatformRegistry.standard.codec(path: "/twilio/t0k3n")?.platform == .twilio)
  }

  @Test(
    "takes a start without a track, a call or a stream for no Twilio",
    arguments: [
      #"{"event":"start","start":{"callSid":"CA","tracks":["inbound"]}}"#,
      #"{"event":"start","start":{"streamSid":"MZ","tracks":["inbound"]}}"#,
      #"{"event":"begin","start":{"callSid":"CA","streamSid":"MZ","tracks":["inbound"]}}"#,
    ])
  func noTwilio(text: String) { #expect(detect(text) == nil) }

  @Test(
    "stays undecided on what others write too, and on nonsense",
    arguments: [
      #"{"event":"connected"}"#, #"{"event":"media","media":{"payload":""}}"#, "", "x", "[]", "{}",
      #"{"event":"connected","protocol":"Call","version":"1.0.0"}"#,
    ])
  func undecided(text: String) { #expect(detect(text) == nil) }
}
