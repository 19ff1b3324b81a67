import AudioEngine
import CLibWebSockets

/// When a socket pings its peer, and whether the peer has answered.
final class PingSchedule {
  private unowned let socket: WebSocket
  private let interval: Duration
  private let timeout: Duration
  private var timer: LoopTimer?
  private var dueAt = MonotonicTime.zero
  private var sentAt: MonotonicTime?

  /// A ping is to go out as soon as the socket takes one.
  private(set) var isDue = false

  init(socket: WebSocket, interval: Duration, timeout: Duration, first: Duration) {
    self.socket = socket
    self.interval = interval
    self.timeout = timeout
    timer = LoopTimer(loop: socket.loop) { [self] in tick() }
    timer?.arm(at: EventLoop.now + first)
  }

  func stop() {
    timer?.cancel()
    timer = nil
  }

  private func tick() {
    guard !isDue, sentAt == nil else {
      socket.abort(reason: "no answer to a ping in \(timeout)")
      return
    }
    isDue = true
    socket.requestWrite()
    dueAt = EventLoop.now
    timer?.arm(at: dueAt + timeout)
  }

  /// The ping has gone out.
  func sent() {
    isDue = false
    sentAt = EventLoop.now
  }

  /// A pong came; gives the time since the ping, if one was under way.
  func answered() -> Duration? {
    defer { sentAt = nil }
    if sentAt != nil { timer?.arm(at: dueAt + interval) }
    return sentAt.map { EventLoop.now - $0 }
  }
}
