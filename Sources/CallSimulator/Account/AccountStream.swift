import AudioEngine
import Sockets

/// A stream of a call that a simulated account has up: dials the bot and lets the far end speak, until
/// one of them ends it. Loop thread only.
final class AccountStream: @unchecked Sendable {
  // Unchecked: confined to the loop's thread but for the task that waits for the call's end.

  private let loop: EventLoop
  private let call: SimulatedCall
  private let format: WireFormat
  private let voice: [UInt8]
  private let cadence: Duration
  private var said = 0
  private var timer: LoopTimer?
  private var nextFrame: MonotonicTime
  private var isOver = false

  /// Makes a stream that has not been dialled.
  ///
  /// - Parameters:
  ///   - address: the bot's.
  ///   - platform: the platform's side, of a live caller.
  ///   - format: the stream's.
  ///   - voices: what the far end says, of which the one in the stream's rate is taken.
  ///   - cadence: how often the far end is heard.
  ///   - loop: a loop that has been started.
  ///   - tls: whom to trust; nil for the system's authorities.
  ///   - moments: told on the loop's thread what happens in the call.
  init(
    to address: BotAddress, as platform: any SimulatedPlatform, format: WireFormat,
    voices: [WaveFile], every cadence: Duration, loop: EventLoop, tls: TLSClientConfiguration?,
    moments: @escaping @Sendable (CallMoment) -> Void
  ) {
    self.loop = loop
    self.cadence = cadence
    self.format = format
    let fitting = voices.first { $0.rate == format.rate }
    voice = CallerScript.bytes(of: fitting?.samples ?? [], as: format.encoding)
    nextFrame = loop.now
    call = SimulatedCall(to: address, as: platform, on: loop, tls: tls, moments: moments)
  }

  /// Dials.
  ///
  /// - Parameter ended: told on the loop's thread how the call went.
  func start(ended: @escaping @Sendable (CallOutcome) -> Void) {
    let timer = LoopTimer(loop: loop) { [unowned self] in speak() }
    self.timer = timer
    timer.arm(at: loop.now + cadence)
    nextFrame = loop.now + cadence
    Task { [loop, call] in
      let outcome = await call.run()
      loop.perform {
        self.end()
        ended(outcome)
      }
    }
  }

  /// The far end is gone: the stream is stopped.
  func hangUp() {
    guard !isOver else { return }
    end()
    call.assumeIsolated { $0.perform(.hangUp) }
  }

  private func end() {
    isOver = true
    timer?.cancel()
    timer = nil
  }

  private func speak() {
    guard !isOver else { return }
    let count = format.byteCount(nanoseconds: cadence.wholeNanoseconds)
    var frame = Array(voice[min(said, voice.count)..<min(said + count, voice.count)])
    frame += [UInt8](repeating: format.encoding.silence, count: count - frame.count)
    // Nothing of it is said before the stream is up.
    if call.assumeIsolated({ $0.line != nil }) {
      said += count
      call.assumeIsolated { $0.perform(.say(frame)) }
    }
    nextFrame = max(nextFrame + cadence, loop.now)
    timer?.arm(at: nextFrame)
  }
}
