import AudioEngine

// Platforms that fall silent.
extension Call {
  /// Ends the call when the platform has sent no message for so long.
  func beginIdleDeadline(_ timeout: Duration) {
    heardAt = loop.now
    let timer = LoopTimer(loop: loop) { [self] in
      assumeIsolated { call in
        // Armed once per timeout rather than moved with each message.
        guard call.loop.now - call.heardAt < timeout else {
          return call.hangUp(code: .policyViolation, reason: "no message in \(timeout)")
        }
        call.idleTimer?.arm(at: call.heardAt + timeout)
      }
    }
    timer.arm(at: heardAt + timeout)
    idleTimer = timer
  }
}
