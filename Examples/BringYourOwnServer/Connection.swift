import AudioEngine
import Glibc
import Telephony

/// One socket: a handshake, then a call.
final class Connection {
  /// Bytes that wait for a platform that reads too slowly; more ends the connection.
  private static let mostUnsent = 1 << 20
  private static let handshakeTimeout = Duration.seconds(10)
  private static let closeTimeout = Duration.seconds(2)

  private let descriptor: Int32
  private var frames = FrameReader()
  private var request: [UInt8] = []
  private var unsent: [UInt8] = []
  private var message = MessageBuffer()
  private var frame = [Int16](repeating: 0, count: 960)
  /// The call, from the handshake on.
  private var call: CallSession?
  /// When it is over whatever the peer does; nil for an open call.
  private var deadline: MonotonicTime?
  private var isClosing = false
  private var isLost = false

  init(descriptor: Int32, at now: MonotonicTime) {
    self.descriptor = descriptor
    deadline = now + Self.handshakeTimeout
  }

  var wantsToWrite: Bool { !unsent.isEmpty }

  /// Whether the socket can be closed.
  func isOver(at now: MonotonicTime) -> Bool {
    isLost || isClosing && unsent.isEmpty && call == nil || deadline.map { now >= $0 } ?? false
  }

  /// When ``pump(at:)`` must be called next.
  func nextDeadline(at now: MonotonicTime) -> MonotonicTime? {
    [deadline, isClosing ? nil : call?.nextDeadline(at: now) ?? nil].compactMap(\.self).min()
  }

  /// Reads what has come.
  func readAll(at now: MonotonicTime) {
    var bytes = [UInt8](repeating: 0, count: 16_384)
    // Not without end: the other calls wait.
    for _ in 0..<16 {
      let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      guard count > 0 else { return lose(at: now) }
      take(bytes[..<count], at: now)
    }
  }

  /// Sends what the session wants sent by now.
  func pump(at now: MonotonicTime) {
    while !isClosing, unsent.count < Self.mostUnsent / 2,
      let output = call?.poll(at: now, into: &message)
    {
      switch output {
      case .text: Frames.append(.text, message.bytes, to: &unsent)
      case .close(let code, let reason): close(code, reason, at: now)
      }
    }
    flush(at: now)
  }

  private func take(_ bytes: ArraySlice<UInt8>, at now: MonotonicTime) {
    guard call != nil || isClosing else { return takeRequest(bytes, at: now) }
    frames.append(bytes)
    while !isLost {
      switch frames.next() {
      case .none: return
      case .text(let text): receive(text, at: now)
      case .binary: break
      case .ping(let payload): unsafe Frames.append(.pong, payload.span.bytes, to: &unsent)
      case .pong: break
      case .close:
        close(1000, "", at: now)
        // Both sides have said it: nothing more will come.
        end(at: now)
        return
      case .violation: return close(1002, "protocol error", at: now)
      }
    }
  }

  private func takeRequest(_ bytes: ArraySlice<UInt8>, at now: MonotonicTime) {
    request += bytes
    switch Handshake(request) {
    case .incomplete: break
    case .refused(let response):
      unsent += Array(response.utf8)
      isClosing = true
    case .accepted(let response, let path, let query, let rest):
      unsent += Array(response.utf8)
      deadline = nil
      call = CallSession(
        path: path, query: URLQuery(query), configuration: CallConfiguration(), at: now)
      request = []
      take(rest, at: now)
    }
  }

  // The bot: what the caller says goes back to the caller.
  private func receive(_ text: [UInt8], at now: MonotonicTime) {
    guard let event = unsafe call?.receive(text: text.span.bytes, at: now) else { return }
    if case .audio = event {
      while true {
        var span = frame.mutableSpan
        let count = call?.media?.read(into: &span) ?? 0
        guard count > 0 else { break }
        // A bot that speaks faster than it hears would look at what was taken.
        _ = try? call?.media?.write(frame.span.extracting(first: count), at: now)
      }
    }
    while call?.media?.nextEvent() != nil {}
  }

  private func close(_ code: UInt16, _ reason: String, at now: MonotonicTime) {
    guard !isClosing else { return }
    isClosing = true
    deadline = now + Self.closeTimeout
    let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8.prefix(123))
    unsafe Frames.append(.close, payload.span.bytes, to: &unsent)
  }

  private func flush(at now: MonotonicTime) {
    while !unsent.isEmpty {
      let count = unsafe send(descriptor, unsent, unsent.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else {
        if errno != EAGAIN && errno != EINTR || unsent.count > Self.mostUnsent { lose(at: now) }
        return
      }
      unsent.removeFirst(count)
    }
  }

  /// The session learns that nothing follows, so that whatever waits is resolved.
  private func end(at now: MonotonicTime) {
    call?.socketClosed(at: now)
    call = nil
  }

  private func lose(at now: MonotonicTime) {
    end(at: now)
    isLost = true
  }
}
