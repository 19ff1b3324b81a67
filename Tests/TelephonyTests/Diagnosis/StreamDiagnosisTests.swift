import Telephony
import Testing

@Suite struct StreamDiagnosisTests {
  private func closedByUs(_ code: Int, _ reason: String, on platform: Platform?) -> StreamDiagnosis
  {
    PlatformRegistry.standard.diagnosis(
      of: StreamEvidence(
        closeCode: code, closeReason: reason, closer: .bot, hasStarted: true,
        durationMilliseconds: 5_000, mediaReceived: 9, mediaSent: 9),
      on: platform)
  }

  @Test(
    "what this side closed for is told in its own words",
    arguments: [.exotel, .plivo, nil] as [Platform?])
  func ours(platform: Platform?) {
    let unreadable = closedByUs(1003, "too many unusable messages", on: platform)
    #expect(unreadable.side == .platform && unreadable.cause.contains("too many unusable"))
    let idle = closedByUs(1008, "no message in 60.0 seconds", on: platform)
    #expect(idle.side == .bot && idle.cause.contains("no message in"))
    let replaced = closedByUs(1000, "replaced by a newer socket", on: platform)
    #expect(replaced.verdict == .completed && replaced.cause.contains("newer socket"))
  }

  @Test("what came and could not be used is the sender's, before the start too")
  func unusable() {
    let cut = PlatformRegistry.standard.diagnosis(
      of: StreamEvidence(
        closeCode: 1003, closeReason: "too many unreadable messages", closer: .bot),
      on: .exotel)
    #expect(cut.side == .platform && cut.cause.contains("unreadable"))
  }

  @Test("a platform that nobody registered is told of in general words")
  func unknown() {
    let stranger = Platform(name: "stranger")
    let stopped = PlatformRegistry.standard.diagnosis(
      of: StreamEvidence(closeCode: 1000, hasStarted: true, stop: StreamStop(reason: .unknown)),
      on: stranger)
    #expect(stopped.cause == "The platform stopped the stream without a reason.")
    var registry = PlatformRegistry.standard
    registry.entries.append(
      PlatformRegistry.Entry(
        platform: stranger, pathPrefix: "/stranger",
        diagnoser: GeneralDiagnoser(name: "Stranger"), recognise: { _ in .no },
        makeCodec: PlatformRegistry.standard.entries[0].makeCodec))
    let named = registry.diagnosis(of: StreamEvidence(), on: stranger)
    #expect(named.checks.joined().contains("Ask Stranger"))
  }
}
