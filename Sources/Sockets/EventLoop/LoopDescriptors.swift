import AudioEngine
import CLibWebSockets
import Glibc

/// A descriptor of the loop's own, served like a socket.
protocol RawDescriptor {
  var fileDescriptor: Int32 { get }
}

/// Wakes the loop from other threads: an eventfd.
final class WakeDescriptor: LoopSocketOwner, RawDescriptor, Sendable {
  let fileDescriptor: Int32

  init() throws(EventLoopError) {
    fileDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard fileDescriptor >= 0 else { throw .system(call: "eventfd", code: errno) }
  }

  deinit { close(fileDescriptor) }

  /// Any thread.
  func signal() {
    var one: UInt64 = 1
    // Full means that a wake-up is already on its way.
    _ = unsafe write(fileDescriptor, &one, 8)
  }

  /// Waits for so long, or until another thread wakes the loop.
  func wait(for time: Duration) {
    let nanoseconds = time.wholeNanoseconds
    if nanoseconds > 0 { sidetone_wait(fileDescriptor, Int(nanoseconds)) }
  }

  func socketEvent(
    _ reason: lws_callback_reasons, _ input: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> Int32 {
    guard reason == LWS_CALLBACK_RAW_RX_FILE else { return 0 }
    var count: UInt64 = 0
    _ = unsafe read(fileDescriptor, &count, 8)
    return 0
  }

  func socketDestroyed() {}
}

/// Wakes the loop at a time: a timerfd.
///
/// libwebsockets' own timers count in whole milliseconds of poll(2), rounded down: it would spin
/// through the last part of each wait.
final class TimerDescriptor: LoopSocketOwner, RawDescriptor {
  let fileDescriptor: Int32
  private var armed: MonotonicTime?
  /// The descriptor stays readable until it is set again: cheaper than reading it.
  private var hasFired = false
  /// Unowned: the loop owns this. A weak reference would make every reference to the loop dearer.
  unowned var loop: EventLoop?

  init() throws(EventLoopError) {
    fileDescriptor = timerfd_create(
      CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
    guard fileDescriptor >= 0 else { throw .system(call: "timerfd_create", code: errno) }
  }

  deinit { close(fileDescriptor) }

  /// Wakes the loop at `deadline`, or not at all. A system call only when that has changed.
  func arm(at deadline: MonotonicTime?) {
    guard hasFired || deadline != armed else { return }
    armed = deadline
    hasFired = false
    var setting = itimerspec()
    if let deadline {
      // All zero would disarm; a time in the past fires at once.
      let nanoseconds = max(deadline.nanoseconds, 1)
      setting.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
      setting.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
    }
    _ = unsafe timerfd_settime(
      fileDescriptor, Int32(TFD_TIMER_ABSTIME), &setting, nil)
  }

  func socketEvent(
    _ reason: lws_callback_reasons, _ input: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> Int32 {
    guard reason == LWS_CALLBACK_RAW_RX_FILE else { return 0 }
    hasFired = true
    loop?.timersDue()
    return 0
  }

  func socketDestroyed() {}
}
