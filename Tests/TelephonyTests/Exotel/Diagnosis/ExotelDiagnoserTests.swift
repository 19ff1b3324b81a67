import Telephony
import Testing

@Suite struct ExotelDiagnoserTests {
  private func live(_ code: Int?, _ change: (inout StreamEvidence) -> Void = { _ in })
    -> StreamDiagnosis
  {
    var evidence = StreamEvidence(
      closeCode: code, hasStarted: true, durationMilliseconds: 30_000, mediaReceived: 300,
      mediaSent: 200)
    change(&evidence)
    return ExotelDiagnoser().diagnosis(of: evidence)
  }

  private func report(_ query: String) -> StreamReport {
    ExotelPassthru(CallbackFields(query: query)).stream.report
  }

  @Test(
    "1005 and 1006 after a stop are an ordinary end, before one a lost connection",
    arguments: [1005, 1006])
  func lost(code: Int) {
    let after = live(code) { $0.stop = StreamStop(reason: .callEnded, text: "callended") }
    #expect(after.verdict == .completed && after.side == .caller && after.checks.isEmpty)
    let before = live(code)
    #expect(before.verdict == .failed && before.side == .network && !before.checks.isEmpty)
  }

  @Test(
    "each close code has a verdict, a side and, where it failed, something to check",
    arguments: [
      (1000, StreamDiagnosis.Verdict.completed), (1001, .failed), (1002, .failed), (1003, .failed),
      (1005, .failed), (1006, .failed), (1007, .failed), (1008, .failed), (1009, .failed),
      (1011, .failed), (1012, .failed), (1013, .failed), (1015, .failed), (3000, .unknown),
      (4400, .unknown), (0, .unknown), (-1, .unknown), (Int.max, .unknown),
    ])
  func codes(code: Int, verdict: StreamDiagnosis.Verdict) {
    let diagnosis = live(code)
    #expect(diagnosis.verdict == verdict && diagnosis.cause.hasSuffix("."))
    #expect((verdict == .failed) == !diagnosis.checks.isEmpty || code == 4_400)
  }

  @Test("the bot's own close is the bot's side")
  func botCloses() {
    let diagnosis = live(1000) { $0.closer = .bot }
    #expect(diagnosis.side == .bot && diagnosis.verdict == .completed)
  }

  @Test("throttling explains more than the close code")
  func throttled() throws {
    let diagnosis = live(nil) {
      $0.hasStarted = false
      $0.report = report("Stream[Status]=failed&Stream[DetailedStatus]=Streaming_call_throttled")
    }
    #expect(diagnosis.side == .platform && diagnosis.cause.contains("concurrent"))
  }

  @Test("an error of Exotel's is quoted whole, and its words give hints")
  func reportedError() {
    let error =
      "3009 failed to establish ws conn dial tcp: lookup bot.example.invalid: no such host"
    let diagnosis = ExotelDiagnoser().diagnosis(
      of: StreamEvidence(
        report: report(
          "Stream[Status]=failed&Stream[Error]="
            + error.split(separator: " ").joined(separator: "+"))))
    #expect(diagnosis.cause == "Exotel could not reach the bot: " + error)
    #expect(diagnosis.checks.first?.contains("does not resolve") == true)
    #expect(diagnosis.checks.last?.contains("support") == true)
    // A status that contradicts the error does not win.
    let odd = live(1000) { $0.report = report("Stream[Status]=completed&Stream[Error]=3009+x") }
    #expect(odd.verdict == .failed && odd.checks.count == 1)
  }

  @Test(
    "a refused upgrade tells what to try",
    arguments: [(401, "query"), (403, "allow-list"), (503, "capacity"), (404, "path")])
  func refused(status: Int, word: String) {
    let diagnosis = ExotelDiagnoser().diagnosis(of: StreamEvidence(upgradeStatus: status))
    #expect(diagnosis.verdict == .failed && diagnosis.side == .bot)
    #expect(diagnosis.checks.joined().contains(word))
  }

  @Test("a socket without a start, a stream of an hour, and nothing at all")
  func others() {
    #expect(
      ExotelDiagnoser().diagnosis(of: StreamEvidence(closeCode: 1006)).cause.contains("no start"))
    #expect(
      ExotelDiagnoser().diagnosis(of: StreamEvidence(closeCode: 1008, closer: .bot)).side == .bot)
    let hour = live(1006) { $0.durationMilliseconds = 3_600_400 }
    #expect(
      hour.side == .platform && hour.verdict == .completed && hour.cause.contains("60 minutes"))
    let hungUp = live(1006) {
      $0.durationMilliseconds = 3_600_400
      $0.stop = StreamStop(reason: .callEnded)
    }
    #expect(hungUp.side == .caller)
    #expect(ExotelDiagnoser().diagnosis(of: StreamEvidence()).verdict == .unknown)
  }

  @Test("a burst that ended after four seconds, and a side that was never heard")
  func hints() {
    let burst = live(1006) { $0.durationMilliseconds = 4_100 }
    #expect(burst.checks.first?.contains("Pace") == true)
    let deaf = live(1000) { $0.mediaReceived = 0 }
    #expect(deaf.checks.count == 1 && deaf.checks[0].contains("caller"))
    let mute = live(1006) { $0.mediaSent = 0 }
    #expect(mute.checks.last?.contains("silence") == true)
  }

  @Test("each reason of stop, and Passthru's word where no stop was seen")
  func reasons() {
    #expect(live(1006) { $0.stop = StreamStop(reason: .stopped) }.side == .platform)
    let odd = live(1006) { $0.stop = StreamStop(reason: .unknown, text: "tired") }
    #expect(odd.cause.contains("\"tired\"") && odd.verdict == .completed)
    let bot = live(1006) {
      $0.report = report("Stream[Status]=completed&Stream[DisconnectedBy]=bot")
    }
    #expect(bot.side == .bot && bot.verdict == .completed)
    let caller = live(1006) {
      $0.report = report("Stream[Status]=cancelled&Stream[DisconnectedBy]=user")
    }
    #expect(caller.side == .caller)
    let broken = live(1006) {
      $0.report = report("Stream[Status]=failed&Stream[DisconnectedBy]=NA")
    }
    #expect(broken.side == .network && broken.verdict == .failed)
  }
}
