import AudioEngine
import Telephony

/// What cadences, chunks, filters and the detector make of time: a session under a virtual clock, in which
/// no work takes any. A clock that ticks once a millisecond is late by less than one.
struct VirtualStream {
  let plan: StreamPlan

  /// The frames in which a bot hears and speaks, as `Call.audio` gives them.
  static let frame: Duration = .milliseconds(20)

  private var frameNanoseconds: Int64 { Self.frame.wholeNanoseconds }

  /// How long after it was spoken the first sample of a frame reaches a bot at `rate`, at the worst.
  func callerWait(botRate rate: SampleRate) -> Double {
    var session = plan.session(botRate: rate)
    let payload = silence(plan.wire.byteCount(nanoseconds: plan.cadence.wholeNanoseconds))
    var frame = [Int16](repeating: 0, count: rate.sampleCount(nanoseconds: frameNanoseconds))
    var worst: Int64 = 0
    var frames: Int64 = 0
    var now = MonotonicTime.zero
    while now.nanoseconds < 3_000_000_000 {
      now = now + plan.cadence
      _ = unsafe session.receive(payload: payload.span.bytes, at: now)
      while session.readableCount >= frame.count {
        var span = frame.mutableSpan
        _ = session.read(into: &span)
        worst = max(worst, now.nanoseconds - frames * frameNanoseconds)
        frames += 1
      }
    }
    return Double(worst) / 1e6
  }

  /// How long after its first frame the speech of a bot at `rate` leaves, if it comes no faster than it is
  /// spoken. The caller's ear stays as far behind until the utterance ends.
  func speechWait(botRate rate: SampleRate, prime: Duration) -> Double {
    var session = plan.session(botRate: rate, prime: prime)
    let frame = [Int16](repeating: 0, count: rate.sampleCount(nanoseconds: frameNanoseconds))
    guard let epoch = try? session.beginUtterance(at: .zero) else { return .nan }
    for millisecond in 0..<10_000 {
      let now = MonotonicTime(nanoseconds: Int64(millisecond) * 1_000_000)
      if now.nanoseconds % frameNanoseconds == 0 {
        _ = try? session.write(frame.span, to: epoch, at: now)
      }
      if Self.left(&session, at: now, { if case .media = $0 { true } else { false } }) {
        return Double(millisecond)
      }
    }
    return .nan
  }

  /// How long after the caller begins to speak the clear is due, at the worst of all places in a message.
  func onsetWait() -> Double {
    let step = max(plan.cadence.wholeMilliseconds / 20, 1)
    return stride(from: 0, to: plan.cadence.wholeMilliseconds, by: step)
      .map { onsetWait(phase: $0) }.max() ?? .nan
  }

  /// The same for a caller who begins so many milliseconds into a message, the platform's second by then.
  private func onsetWait(phase: Int) -> Double {
    var session = plan.session(botRate: plan.botRate)
    session.detector = LevelGate()
    session.bargeIn = .immediate
    let voice = [Int16](repeating: 1_000, count: 12 * plan.botRate.hertz)
    guard let epoch = try? session.beginUtterance(at: .zero),
      (try? session.write(voice.span, to: epoch, at: .zero)) != nil
    else { return .nan }
    let cadence = plan.cadence.wholeMilliseconds
    let onset = (2_000 / cadence + 1) * cadence + phase
    for millisecond in 0..<10_000 {
      let now = MonotonicTime(nanoseconds: Int64(millisecond) * 1_000_000)
      if millisecond > 0, millisecond % cadence == 0 {
        let message = heard(from: millisecond - cadence, to: millisecond, onset: onset)
        _ = unsafe session.receive(payload: message.span.bytes, at: now)
      }
      if Self.left(&session, at: now, { $0 == .clear }) { return Double(millisecond - onset) }
    }
    return .nan
  }

  /// Polls until nothing is due; whether anything that left is wanted.
  private static func left(
    _ session: inout MediaSession, at now: MonotonicTime, _ isWanted: (Outbound) -> Bool
  ) -> Bool {
    var found = false
    while let outbound = session.poll(at: now) { found = found || isWanted(outbound) }
    return found
  }

  /// A message of a caller who is silent before `onset` and hums at -20 dBFS from then on, in ms.
  private func heard(from start: Int, to end: Int, onset: Int) -> [UInt8] {
    let perMillisecond = plan.wire.rate.hertz / 1_000
    let samples = (start * perMillisecond..<end * perMillisecond).map { place -> Int16 in
      guard place >= onset * perMillisecond else { return 0 }
      return place / (perMillisecond * 2) % 2 == 0 ? 3_277 : -3_277
    }
    return Inputs.wire(samples, plan.wire)
  }

  private func silence(_ byteCount: Int) -> [UInt8] {
    [UInt8](repeating: plan.wire.encoding.silence, count: byteCount)
  }
}
