import AudioEngine
import CLibWebSockets

/// When a socket pings its peer, and whether the peer has answered.
final class PingSchedule {
  private unowned let socket: WebSocket
  private let interval: Duration
  private var timer: LoopTimer?
  private var sentAt: MonotonicTime?

  /// A ping is to go out as soon as the socket takes one.
  private(set) var isDue = false

  init(socket: WebSocket, interval: Duration) {
    self.socket = socket
    self.interval = interval
    timer = LoopTimer(loop: socket.loop) { [weak self] in self?.tick() }
    timer?.arm(at: EventLoop.now + interval)
  }

  func stop() {
    timer?.cancel()
    timer = nil
  }

  private func tick() {
    guard !isDue, sentAt == nil else {
      socket.abort(reason: "no answer to a ping in \(interval)")
      return
    }
    isDue = true
    socket.requestWrite()
    timer?.arm(at: EventLoop.now + interval)
  }

  /// The ping has gone out.
  func sent() {
    isDue = false
    sentAt = EventLoop.now
  }

  /// A pong came; gives the time since the ping, if one was under way.
  func answered() -> Duration? {
    defer { sentAt = nil }
    return sentAt.map { EventLoop.now - $0 }
  }
}
