import AudioEngine
import CLibWebSockets
import Glibc

/// Who uses a connection. All calls come on the loop's thread.
protocol ConnectionOwner: AnyObject {
  /// TLS has been agreed on. Never said where there is none.
  func connectionSecured()
  /// Bytes came. They may be changed in place, and are good for the duration of the call.
  func received(_ bytes: UnsafeMutableRawBufferPointer)
  /// The peer takes more: nothing that was written waits.
  func connectionCanWrite()
  /// The connection is gone; nothing follows.
  ///
  /// - Parameter problem: what was wrong with its TLS, where something was.
  func connectionEnded(problem: String?)
}

/// A stream of bytes to a peer, in TLS or not. Loop thread only.
///
/// libwebsockets reads and writes the descriptor and keeps what the peer does not take yet; TLS, HTTP and
/// WebSockets lie above, so that what a peer sends is judged here and nowhere else.
final class Connection: LoopSocketOwner, @unchecked Sendable {
  // Unchecked: confined to the loop's thread.

  private enum Phase {
    /// TLS is being agreed on.
    case handshake
    case open
    /// Nobody listens any more: what was written goes out, what comes is dropped.
    case lingering(hasFinished: Bool)
    case over
  }

  /// How long a peer may take to read the last bytes and to close its side.
  private static let lingerTime: Duration = .seconds(2)

  let loop: EventLoop
  var owner: (any ConnectionOwner)?
  /// Asked once, when a client's first record of TLS is here; false where the handshake must wait for
  /// ``startHandshake()``. They cost a signature, which is most of what a stranger can ask for.
  var mayStartHandshake: (() -> Bool)?
  /// Told when the connection is gone, whoever owned it.
  var onEnd: (() -> Void)?

  private let tls: TLSFilter?
  private var link: LoopSocket?
  private var phase: Phase
  private var isReading = true
  private var lingering: LoopTimer?

  /// Makes a connection of a descriptor that is connected.
  init(loop: EventLoop, tls: TLSFilter?) {
    self.loop = loop
    self.tls = tls
    phase = tls == nil ? .open : .handshake
  }

  /// Begins to serve; libwebsockets owns `descriptor` from here on. False where it has no room, and then
  /// the descriptor is closed and nobody is told.
  func open(_ descriptor: Int32) -> Bool {
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
    let link = LoopSocket(loop: loop, owner: self)
    guard let context = loop.running else {
      Glibc.close(descriptor)
      return false
    }
    loop.register(link)
    guard context.adopt(connection: descriptor, for: link) else {
      loop.unregister(link)
      return false
    }
    self.link = link
    // A client speaks first.
    if let tls, !tls.isServer { advance(tls) }
    return true
  }

  /// Whether something that was written waits for the peer to read.
  var holdsUnsent: Bool {
    guard let wsi = unsafe link?.wsi else { return false }
    return unsafe lws_partial_buffered(wsi) != 0
  }

  /// Has the owner told when the peer takes more.
  func askToWrite() {
    guard let wsi = unsafe link?.wsi else { return }
    unsafe lws_callback_on_writable(wsi)
  }

  /// Sends bytes, or keeps them until the peer takes them.
  ///
  /// - Returns: false when the connection is broken; its end is told later.
  @discardableResult
  func write(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
    guard let tls else { return unsafe put(bytes) }
    guard unsafe tls.write(UnsafeRawBufferPointer(bytes)) else {
      link?.kill()
      return false
    }
    return flush(tls)
  }

  /// The same for bytes that nobody needs afterwards.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
    var bytes = bytes
    return unsafe bytes.withUnsafeMutableBytes { unsafe write($0) }
  }

  /// Stops or goes on taking what the peer sends.
  func setReading(_ isReading: Bool) {
    guard let wsi = unsafe link?.wsi, isReading != self.isReading else { return }
    self.isReading = isReading
    unsafe lws_rx_flow_control(wsi, isReading ? 1 : 0)
    // What TLS has decrypted already makes no descriptor readable.
    guard isReading, tls != nil else { return }
    loop.perform { [self] in
      if let tls { advance(tls) }
    }
  }

  /// Ends the connection once what was written has gone out; its owner hears no more of it.
  ///
  /// The peer's side is read on, and dropped, for as long as the peer may take to see the end: closing a
  /// descriptor with bytes unread resets the connection, and the peer may lose what was said last.
  func close() {
    switch phase {
    case .lingering, .over: return
    case .handshake, .open: break
    }
    owner = nil
    phase = .lingering(hasFinished: false)
    setReading(true)
    let timer = LoopTimer(loop: loop) { [unowned self] in link?.kill() }
    timer.arm(at: EventLoop.now + Self.lingerTime)
    lingering = timer
    if !holdsUnsent { finishWriting() }
  }

  /// Ends the connection at once.
  func kill() { link?.kill() }

  /// Ends the connection at once, so that the peer sees a reset.
  func reset() { link?.reset() }

  /// Goes on with a handshake that had to wait.
  func startHandshake() {
    mayStartHandshake = nil
    setReading(true)
  }

  func socketEvent(
    _ reason: lws_callback_reasons, _ input: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> Int32 {
    switch reason {
    case LWS_CALLBACK_RAW_RX:
      unsafe take(UnsafeMutableRawBufferPointer(start: input, count: byteCount))
    case LWS_CALLBACK_RAW_WRITEABLE:
      if case .lingering(let hasFinished) = phase {
        if !hasFinished { finishWriting() }
      } else {
        owner?.connectionCanWrite()
      }
    default: break
    }
    return 0
  }

  func socketDestroyed() {
    phase = .over
    link = nil
    mayStartHandshake = nil
    lingering?.cancel()
    lingering = nil
    onEnd?()
    onEnd = nil
    let owner = owner
    self.owner = nil
    owner?.connectionEnded(problem: tls?.problem)
  }

  private func take(_ bytes: UnsafeMutableRawBufferPointer) {
    if case .lingering = phase { return }
    guard let tls else {
      unsafe owner?.received(bytes)
      return
    }
    unsafe tls.put(UnsafeRawBufferPointer(bytes))
    advance(tls)
  }

  /// Does what TLS can do with what has come.
  private func advance(_ tls: TLSFilter) {
    if case .handshake = phase {
      if let mayStartHandshake {
        guard tls.hasFirstRecord else { return }
        self.mayStartHandshake = nil
        guard mayStartHandshake() else {
          setReading(false)
          return
        }
      }
      switch tls.handshake() {
      case .wantsMore:
        flush(tls)
        return
      case .failed:
        endByTLS(tls)
        return
      case .done:
        phase = .open
        flush(tls)
        owner?.connectionSecured()
      }
    }
    while case .open = phase, isReading {
      let bytes = unsafe tls.read(into: loop.plaintext.bytes)
      guard let bytes = unsafe bytes else {
        endByTLS(tls)
        return
      }
      if unsafe bytes.isEmpty { break }
      unsafe owner?.received(bytes)
    }
    // As an answer to a request for new keys.
    flush(tls)
  }

  /// TLS has come to its end, good or bad; what tells the peer why goes out.
  private func endByTLS(_ tls: TLSFilter) {
    let (owner, problem) = (owner, tls.problem)
    flush(tls)
    close()
    owner?.connectionEnded(problem: problem)
  }

  private func finishWriting() {
    if let tls {
      tls.finish()
      flush(tls)
    }
    guard !holdsUnsent, let wsi = unsafe link?.wsi else { return }
    phase = .lingering(hasFinished: true)
    shutdown(unsafe lws_get_socket_fd(wsi), Int32(SHUT_WR))
  }

  @discardableResult
  private func flush(_ tls: TLSFilter) -> Bool {
    while true {
      let bytes = unsafe tls.output(into: loop.ciphertext.bytes)
      if unsafe bytes.isEmpty { return true }
      guard unsafe put(bytes) else { return false }
    }
  }

  private func put(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
    guard let wsi = unsafe link?.wsi else { return false }
    if unsafe bytes.isEmpty { return true }
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard unsafe lws_write(wsi, start, bytes.count, LWS_WRITE_HTTP) >= 0 else {
      link?.kill()
      return false
    }
    return true
  }
}
