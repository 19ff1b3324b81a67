import AudioEngine
public import Telephony

extension CallSchedule {
  /// Runs the schedule as ``run(telling:)`` does, and writes the call down.
  ///
  /// - Returns: what it showed, and its trace, which `CallTrace.replayWithModels(telling:)` runs again.
  public func traced() -> (outcome: ScheduleOutcome, trace: [UInt8]) {
    let recorder = TraceRecorder(capacity: Self.mostTrace)
    let outcome = ScheduleRun(self, tracing: recorder, tell: nil).run()
    return (outcome, recorder.trace)
  }

  /// More than the longest schedule takes.
  private static let mostTrace = 256 << 20
}

extension CallTrace {
  /// Runs the trace again as ``replay(platforms:telling:)`` does, also where one of the simulator's models
  /// was the platform.
  public func replayWithModels(telling heard: ((RawSpan, Duration) -> Void)? = nil) -> Outcome {
    var platforms = PlatformRegistry.standard
    if platform == ModelCodec.platform.name, let session {
      platforms = PlatformRegistry([
        ModelCodec.entry(policy: session.playback, wire: session.wire)
      ])
    }
    return replay(platforms: platforms, telling: heard)
  }
}
