import Telephony
import Testing

/// The quick reading of echoes must never differ from the full one.
@Suite struct QuickEchoTests {
  /// The same message with a blank behind its brace and an escaped key: the quick reading declines it.
  private func full(_ text: String) -> String {
    text.replacing(#""event""#, with: #""\u0065vent""#)
  }

  private func name(_ text: String, _ platform: Platform) -> String? {
    let bytes = Array(text.utf8)
    let event =
      switch platform {
      case .plivo: unsafe PlivoCodec().decode(bytes.span.bytes)
      default: unsafe ExotelCodec().decode(bytes.span.bytes)
      }
    if case .mark(let echo) = event { return echo.name }
    return nil
  }

  private func quick(_ text: String, _ platform: Platform) -> String? {
    let bytes = Array(text.utf8)
    return platform == .plivo
      ? unsafe QuickEcho.read(bytes.span.bytes, event: "playedStream")?.name
      : unsafe QuickEcho.read(bytes.span.bytes, event: "mark", in: "mark")?.name
  }

  @Test(
    "takes the forms that platforms send",
    arguments: [
      (#"{"event":"mark","sequence_number":9,"stream_sid":"s","mark":{"name":"17"}}"#, "17"),
      (
        #"{"event":"mark","mark":{"name":"17:goodbye, and thank you"}}"#,
        "17:goodbye, and thank you"
      ),
      (#"{ "mark" : { "x" : [1], "name" : "" } , "event" : "mark" }"#, ""),
    ])
  func exotel(text: String, name wanted: String) {
    #expect(quick(text, .exotel) == wanted)
    #expect(name(text, .exotel) == wanted)
  }

  @Test("takes Plivo's form")
  func plivo() {
    let text = #"{"event":"playedStream","streamId":"a-b","name":"17:end","sequenceNumber":4}"#
    #expect(quick(text, .plivo) == "17:end")
    #expect(name(text, .plivo) == "17:end")
  }

  @Test(
    "declines what only the full reading can judge",
    arguments: [
      #"{"event":"mark","mark":{"name":"a","name":"b"}}"#, #"{"event":"mark","mark":{"name":17}}"#,
      #"{"event":"mark","event":"mark","mark":{"name":"a"}}"#, #"{"event":"mark","name":"flat"}"#,
      #"{"event":"mark","mark":{"name":"\u0041"}}"#, #"{"event":"mark","mark":"a"}"#,
      #"{"event":"mark","mark":{"name":"a"}} x"#, #"{"event":"mark","mark":{"name":"a"}"#,
      #"{"event":"stop","mark":{"name":"a"}}"#, #"{"mark":{"name":"a"}}"#, "", "{", "[]",
    ])
  func declines(text: String) { #expect(quick(text, .exotel) == nil) }

  @Test("agrees with the full reading on every cut and every single-byte change")
  func agreesOnNeighbours() {
    let texts: [(String, Platform)] = [
      (#"{"event":"mark","sequence_number":9,"stream_sid":"s","mark":{"name":"17:a"}}"#, .exotel),
      (#"{"event":"playedStream","streamId":"s","name":"17:a"}"#, .plivo),
    ]
    var taken = 0
    for (text, platform) in texts {
      let bytes = Array(text.utf8)
      var cases = (0...bytes.count).map { Array(bytes[..<$0]) }
      for index in bytes.indices {
        for byte in Array("\"\\{}[]:,_ 0Aan".utf8) {
          var changed = bytes
          changed[index] = byte
          cases.append(changed)
        }
      }
      for bytes in cases {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let found = quick(text, platform) else { continue }
        taken += 1
        #expect(name(full(text), platform) == found, "\(text)")
      }
    }
    #expect(taken > 100)
  }
}
