import AudioEngine
import CLibWebSockets
import Glibc

/// One loop's part in a listening socket: its connections are handed to libwebsockets.
final class ListeningDescriptor: LoopSocketOwner, @unchecked Sendable {
  // Unchecked: `link`, `isOpen`, `pending` and `handshakes` belong to the loop's thread, the rest does not
  // change.

  /// Connections accepted before the other sockets get their turn again.
  private static let acceptsPerTurn = 64
  /// Bytes not yet under way that the system may hold for a connection. Its own bound is megabytes,
  /// minutes of a call's audio that would wait ahead of a clear, and hide that nobody reads.
  private static let unsentLimit: Int32 = 16_384
  private static let mostPatient = 256
  private static let pauseWithoutDescriptors: Duration = .milliseconds(50)

  let socket: ListeningSocket
  private let loop: EventLoop
  private let rules: ListenerRules
  private var link: LoopSocket?
  private var isOpen = false
  private let tls: TLSServerConfiguration?
  private let pending: PendingConnections
  private let handshakes: HandshakeQueue
  /// Connections that wait to be read.
  private var patient = 0

  init(
    loop: EventLoop, socket: ListeningSocket, options: ListenerOptions, rules: ListenerRules
  ) throws(ListenError) {
    tls = options.tls
    do { try tls?.reload() } catch { throw .tls(error) }
    pending = PendingConnections(options.connections)
    handshakes = HandshakeQueue(loop: loop, options.connections)
    self.socket = socket
    self.loop = loop
    self.rules = rules
  }

  /// Begins to accept; false when the loop cannot serve it. Loop thread only.
  func open() -> Bool {
    guard let context = loop.running else { return false }
    let link = LoopSocket(loop: loop, owner: self)
    loop.register(link)
    guard context.adopt(descriptor: socket.descriptor, for: link) else {
      loop.unregister(link)
      return false
    }
    self.link = link
    isOpen = true
    rules.hasBecomeWebSocket = { [pending] in pending.remove($0) }
    return true
  }

  /// Accepts no more. Loop thread only.
  func close() {
    isOpen = false
    // The descriptor itself lives until its last owner lets go: stop the system's part now.
    socket.refuse()
    link?.kill()
  }

  func socketEvent(
    _ reason: lws_callback_reasons, _ input: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> Int32 {
    // What comes before it is closed is for another owner of the socket.
    if reason == LWS_CALLBACK_RAW_RX_FILE, isOpen { accept() }
    return 0
  }

  func socketDestroyed() {
    link = nil
    handshakes.stop()
  }

  private func accept() {
    for _ in 0..<Self.acceptsPerTurn {
      var storage = sockaddr_storage()
      var byteCount = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let descriptor = unsafe withUnsafeMutablePointer(to: &storage) { storage in
        unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe sidetone_accept(socket.descriptor, $0, &byteCount)
        }
      }
      guard descriptor >= 0 else {
        if errno == EMFILE || errno == ENFILE {
          pending.evictOldest()
          pause()
        }
        return
      }
      setOption(descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, to: Self.unsentLimit)
      welcome(descriptor, from: SocketAddress(storage))
    }
  }

  /// Lets those who wait wait on: without a descriptor to spare, trying again at once is a busy loop.
  private func pause() {
    guard let wsi = unsafe link?.wsi else { return }
    unsafe lws_rx_flow_control(wsi, 0)
    let timer = LoopTimer(loop: loop) { [weak self] in
      guard let wsi = unsafe self?.link?.wsi else { return }
      unsafe lws_rx_flow_control(wsi, 1)
    }
    timer.arm(at: EventLoop.now + Self.pauseWithoutDescriptors)
  }

  /// Reads a connection, in a while where its address has to be patient.
  private func welcome(_ descriptor: Int32, from address: SocketAddress) {
    guard let patience = rules.patience?(address.description) else {
      return begin(descriptor, from: address)
    }
    guard patient < Self.mostPatient else {
      Glibc.close(descriptor)
      return
    }
    patient += 1
    let waiting = WaitingDescriptor(descriptor)
    LoopTimer(loop: loop) { [self] in
      patient -= 1
      begin(waiting.taken(), from: address)
    }.arm(at: EventLoop.now + patience)
  }

  private func begin(_ descriptor: Int32, from address: SocketAddress) {
    var filter: TLSFilter?
    if let tls {
      filter = tls.current.flatMap { TLSFilter($0, isServer: true) }
      // Never in the clear instead.
      guard filter != nil else {
        Glibc.close(descriptor)
        return
      }
    }
    let connection = Connection(loop: loop, tls: filter)
    guard connection.open(descriptor) else { return }
    connection.owner = HTTPConnection(
      loop: loop, rules: rules, peerAddress: address.description, connection: connection)
    let network = address.network
    pending.add(connection, from: network)
    if tls != nil {
      connection.mayStartHandshake = { [unowned connection, handshakes] in
        handshakes.mayStart(connection, from: network)
      }
    }
    connection.onEnd = { [unowned connection, pending, handshakes] in
      pending.remove(connection)
      handshakes.remove(connection)
    }
  }
}

/// A descriptor that is closed unless somebody takes it.
private final class WaitingDescriptor {
  private var descriptor: Int32?

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The descriptor; once.
  func taken() -> Int32 { descriptor.take() ?? -1 }

  deinit {
    if let descriptor { Glibc.close(descriptor) }
  }
}

/// Sets a socket option, which most switch on by 1. Failure changes speed at most, so it is not
/// reported.
func setOption(_ descriptor: Int32, _ level: Int32, _ option: Int32, to value: Int32 = 1) {
  var value = value
  _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
}
