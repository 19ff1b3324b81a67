import AudioEngine
import Sockets

/// What is to be done later on one loop, until its owner lets go of it. Loop thread only.
final class LoopAlarms {
  private let loop: EventLoop
  private var timers: [Int: LoopTimer] = [:]
  private var made = 0

  init(loop: EventLoop) { self.loop = loop }

  /// Runs `body` once, after `delay`, unless this is forgotten or cancelled before.
  func after(_ delay: Duration, _ body: @escaping () -> Void) {
    made += 1
    let number = made
    let timer = LoopTimer(loop: loop) { [weak self] in
      guard self?.timers.removeValue(forKey: number) != nil else { return }
      body()
    }
    timers[number] = timer
    timer.arm(at: loop.now + delay)
  }

  /// Forgets everything that has not been done.
  func cancel() {
    for timer in timers.values { timer.cancel() }
    timers.removeAll()
  }
}
