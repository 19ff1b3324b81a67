import Telephony
import Testing

@Suite struct TwilioDiagnoserTests {
  private func live(_ code: Int?, _ change: (inout StreamEvidence) -> Void = { _ in })
    -> StreamDiagnosis
  {
    var evidence = StreamEvidence(
      closeCode: code, closer: .platform, hasStarted: true, durationMilliseconds: 30_000,
      mediaReceived: 1_500, mediaSent: 200)
    change(&evidence)
    return PlatformRegistry.standard.diagnosis(of: evidence, on: .twilio)
  }

  @Test("a stop, then the close, is how Twilio ends a stream")
  func ends() {
    let stopped = live(1000) { $0.stop = StreamStop(reason: .callEnded) }
    #expect(stopped.verdict == .completed && stopped.checks.isEmpty)
    for code in [1000, 1005] {
      let closed = live(code)
      #expect(closed.verdict == .completed && closed.side == .caller)
      #expect(closed.cause.hasPrefix("Twilio closed") && closed.checks.isEmpty)
    }
  }

  @Test("no end of a Twilio stream names another platform")
  func names() {
    for code in [nil, 1000, 1001, 1003, 1005, 1006, 1008, 1009, 1011, 1013, 1015, 3000, 4000] {
      for closer in [StreamEvidence.Closer.bot, .platform, .unknown] {
        for hasStarted in [false, true] {
          let diagnosis = live(code) {
            $0.closer = closer
            $0.hasStarted = hasStarted
          }
          let words = diagnosis.cause + diagnosis.checks.joined()
          for other in ["Exotel", "Plivo", "applet"] { #expect(!words.contains(other), "\(words)") }
        }
      }
    }
    let refused = live(nil) {
      $0.hasStarted = false
      $0.upgradeStatus = 403
    }
    #expect(refused.side == .bot && refused.checks.joined().contains("auth token"))
    #expect(live(1006).checks.joined().contains("does not connect a second time"))
  }

  @Test(
    "what a callback names explains more than the close code",
    arguments: [
      ("Stream+-+WebSocket+-+Handshake+error+31920", "101", StreamDiagnosis.Side.network),
      ("31910%3A+SSL", "TLS", .network), ("error+31924", "protocol", .network),
      ("weather", "weather", .unknown),
    ])
  func callbacks(error: String, words: String, side: StreamDiagnosis.Side) {
    let callback = TwilioStatusCallback(
      CallbackFields(query: "StreamEvent=stream-error&StreamError=\(error)"))
    let diagnosis = live(nil) {
      $0.hasStarted = false
      $0.report = callback.report
    }
    #expect(diagnosis.verdict == .failed && diagnosis.cause.contains(words), "\(diagnosis)")
    #expect(diagnosis.side == side, "\(diagnosis)")
  }

  @Test("once the socket was there, what broke the protocol was the bot")
  func protocolError() {
    let report = StreamReport(verdict: .failed, error: "31924")
    #expect(live(1006) { $0.report = report }.side == .bot)
    // Harmless to a two-way stream: the close says more.
    let closed = StreamReport(verdict: .failed, error: "31921")
    #expect(live(1000) { $0.report = closed }.cause.hasPrefix("Twilio closed"))
  }

  @Test("every trouble is found by its number, and has a cause", arguments: TwilioTrouble.allCases)
  func troubles(trouble: TwilioTrouble) {
    #expect(TwilioTrouble(in: "Error - \(trouble.rawValue): x 12345") == trouble)
    #expect(trouble.cause.hasSuffix("."))
    #expect(!trouble.checks.isEmpty || trouble == .serverClosed)
  }

  @Test("other numbers name none", arguments: ["", "31925", "319200", "1 31"])
  func none(text: String) { #expect(TwilioTrouble(in: text) == nil) }
}
