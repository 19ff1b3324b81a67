import Telephony
import Testing

@Suite struct PlivoDiagnoserTests {
  private func live(_ code: Int?, _ change: (inout StreamEvidence) -> Void = { _ in })
    -> StreamDiagnosis
  {
    var evidence = StreamEvidence(
      closeCode: code, closer: .platform, hasStarted: true, durationMilliseconds: 30_000,
      mediaReceived: 300, mediaSent: 200)
    change(&evidence)
    return PlatformRegistry.standard.diagnosis(of: evidence, on: .plivo)
  }

  @Test("the socket's close is how Plivo ends a stream", arguments: [1000, 1005])
  func closes(code: Int) {
    let diagnosis = live(code)
    #expect(diagnosis.verdict == .completed && diagnosis.side == .caller)
    #expect(diagnosis.cause.hasPrefix("Plivo closed") && diagnosis.checks.isEmpty)
  }

  @Test(
    "a stop is told as Plivo's, whatever its reason",
    arguments: [
      StreamStop(reason: .unknown), StreamStop(reason: .unknown, text: "tired"),
      StreamStop(reason: .stopped, text: "api request"), StreamStop(reason: .callEnded),
    ])
  func stops(stop: StreamStop) {
    let diagnosis = live(1000) { $0.stop = stop }
    #expect(diagnosis.verdict == .completed)
    #expect(!(diagnosis.cause + diagnosis.checks.joined()).contains("Exotel"))
    #expect(!diagnosis.cause.contains("applet"))
    if stop.reason == .unknown { #expect(diagnosis.cause.hasPrefix("Plivo stopped the stream")) }
  }

  @Test("no end of a Plivo stream names another platform")
  func names() {
    for code in [nil, 1000, 1001, 1003, 1005, 1006, 1008, 1009, 1011, 1013, 1015, 3000, 4000] {
      for closer in [StreamEvidence.Closer.bot, .platform, .unknown] {
        for hasStarted in [false, true] {
          let diagnosis = live(code) {
            $0.closer = closer
            $0.hasStarted = hasStarted
          }
          let words = diagnosis.cause + diagnosis.checks.joined()
          #expect(!words.contains("Exotel") && !words.contains("applet"), "\(words)")
        }
      }
    }
    #expect(live(nil) { $0.hasStarted = false }.checks.joined().contains("Plivo"))
  }

  @Test("a lost connection, a refused upgrade, a day's length")
  func others() {
    let lost = live(1006)
    #expect(lost.verdict == .failed && lost.side == .network)
    let refused = live(nil) {
      $0.hasStarted = false
      $0.upgradeStatus = 403
    }
    #expect(refused.side == .bot && refused.checks.joined().contains("--public-url"))
    let day = live(1000) { $0.durationMilliseconds = 86_400_200 }
    #expect(day.side == .platform && day.cause.contains("streamTimeout"))
    let told = live(1000) { $0.stop = StreamStop(reason: .stopped, text: "stream_timeout") }
    #expect(told.cause.contains("streamTimeout"))
  }

  @Test(
    "what a callback names explains more than the close code",
    arguments: [
      ("Event=DroppedStream&Error=terminated+due+to+slow+connection", "too slowly"),
      ("Event=failed&StatusReason=connection_failed", "could not open"),
      ("Event=DroppedStream", "cut"),
    ])
  func callbacks(body: String, words: String) {
    let callback = PlivoStatusCallback(CallbackFields(query: body))
    let diagnosis = live(1006) { $0.report = callback.report }
    #expect(diagnosis.verdict == .failed && diagnosis.cause.contains(words), "\(diagnosis)")
  }

  @Test("a hangup code says who ended it")
  func hangups() {
    #expect(live(1000) { $0.report = StreamReport(hangupCode: 4000) }.side == .caller)
    let crashed = live(1000) {
      $0.report = StreamReport(hangupCode: 4010)
      $0.durationMilliseconds = 2_000
    }
    #expect(crashed.side == .bot && crashed.verdict == .failed)
    #expect(crashed.checks.joined().contains("keepCallAlive"))
    #expect(live(1000) { $0.report = StreamReport(hangupCode: 4010) }.verdict == .completed)
    #expect(live(1000) { $0.report = StreamReport(hangupCode: 6020) }.side == .platform)
  }
}
