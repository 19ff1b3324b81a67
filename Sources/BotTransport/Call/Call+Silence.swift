import AudioEngine
import Telephony

// Silence on the bot's behalf.
extension Call {
  /// Follows a rule from the stream's start on.
  func beginSilence(_ rule: DownlinkSilence) {
    if rule.atStart { saySilence() }
    guard let interval = rule.whenIdle else { return }
    var seen = session.media?.statistics.outbound.messages ?? 0
    let timer = LoopTimer(loop: loop) { [self] in
      assumeIsolated { call in
        let sent = call.session.media?.statistics.outbound.messages ?? 0
        if sent == seen, call.session.media?.isDrained ?? false { call.saySilence() }
        seen = sent
        if call.session.isLive { call.silenceTimer?.arm(at: call.loop.now + interval) }
      }
    }
    timer.arm(at: loop.now + interval)
    silenceTimer = timer
  }

  /// One utterance of 20 ms, which the packetiser fills up to a legal chunk. A bot that speaks, or may
  /// not, is left alone.
  private func saySilence() {
    guard session.media?.openEpoch == nil, let rate = session.media?.configuration.botRate,
      let epoch = try? session.media?.beginUtterance(UtteranceOptions(), at: loop.now)
    else { return }
    let samples = [Int16](repeating: 0, count: rate.sampleCount(nanoseconds: 20_000_000))
    _ = try? session.media?.write(samples.span, to: epoch, at: loop.now)
    try? session.media?.finish(epoch)
    mediaChanged()
  }
}
