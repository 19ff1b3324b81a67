import AudioEngine
import CLibWebSockets
import Dispatch
import Glibc

/// Connects to a host by TCP, one address after the other, for a loop. Loop thread only, but for the
/// look-up of names, which blocks and so has a thread of its own.
final class Dialer: LoopSocketOwner, @unchecked Sendable {
  // Unchecked: made on one thread and then confined to the loop's.

  /// A connected descriptor, or why there is none.
  typealias Answer = (Result<Int32, ConnectFailure>) -> Void

  private let loop: EventLoop
  private let host: String
  private let port: Int
  /// How long one address may take.
  private var share: Duration
  private var answer: Answer?
  private var addresses: [SocketAddress] = []
  private var descriptor: Int32 = -1
  private var link: LoopSocket?
  private var timer: LoopTimer?
  private var failure = ConnectFailure.unreachable(reason: "the host has no address")

  /// Makes a dialer, whose addresses have `timeout` together and each its share of it. `answer` is called
  /// once on the loop's thread, unless cancelled.
  init(
    loop: EventLoop, host: String, port: Int, timeout: Duration, answer: @escaping Answer
  ) {
    self.loop = loop
    self.host = host
    self.port = port
    share = timeout
    self.answer = answer
  }

  func start() {
    if let address = SocketAddress(literal: host, port: port) {
      // Not at once: who asked is not ready to hear.
      loop.perform { [self] in found([address]) }
      return
    }
    let (host, port, loop) = (host, port, loop)
    DispatchQueue.global().async { [self] in
      let result = SocketAddress.lookUp(host: host, port: port)
      loop.perform { [self] in
        switch result {
        case .success(let addresses): found(addresses)
        case .failure(let failure): end(.failure(failure))
        }
      }
    }
  }

  /// Gives up; nobody is told.
  func cancel() {
    answer = nil
    dropAttempt()
  }

  private func found(_ addresses: [SocketAddress]) {
    self.addresses = addresses.reversed()
    share /= max(addresses.count, 1)
    tryNext()
  }

  private func tryNext() {
    guard answer != nil else { return }
    guard let context = loop.running, let address = addresses.popLast() else {
      end(.failure(failure))
      return
    }
    descriptor = socket(
      address.family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    guard descriptor >= 0, address.connect(descriptor) == 0 || errno == EINPROGRESS else {
      failure = .unreachable(reason: systemMessage(errno))
      dropAttempt()
      tryNext()
      return
    }
    let link = LoopSocket(loop: loop, owner: self)
    loop.register(link)
    guard context.adopt(descriptor: descriptor, for: link), let wsi = unsafe link.wsi else {
      loop.unregister(link)
      failure = .unreachable(reason: "no descriptor is free")
      dropAttempt()
      tryNext()
      return
    }
    self.link = link
    unsafe lws_callback_on_writable(wsi)
    let timer = LoopTimer(loop: loop) { [unowned self] in
      failure = .timedOut
      dropAttempt()
      tryNext()
    }
    timer.arm(at: EventLoop.now + share)
    self.timer = timer
  }

  func socketEvent(
    _ reason: lws_callback_reasons, _ input: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> Int32 {
    guard
      reason == LWS_CALLBACK_RAW_WRITEABLE_FILE || reason == LWS_CALLBACK_RAW_RX_FILE,
      descriptor >= 0
    else { return 0 }
    var code: Int32 = 0
    var byteCount = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &byteCount)
    // libwebsockets closes its copy of the descriptor; what follows is done outside of its callback.
    link = nil
    if code == 0 {
      let connected = descriptor
      descriptor = -1
      loop.perform { [self] in end(.success(connected)) }
    } else {
      failure = .unreachable(reason: systemMessage(code))
      loop.perform { [self] in tryNext() }
    }
    dropAttempt()
    return -1
  }

  func socketDestroyed() {
    guard link != nil else { return }
    // The loop ends.
    link = nil
    end(.failure(failure))
  }

  private func dropAttempt() {
    timer?.cancel()
    timer = nil
    link?.kill()
    link = nil
    if descriptor >= 0 { closeWithReset(descriptor) }
    descriptor = -1
  }

  private func end(_ result: Result<Int32, ConnectFailure>) {
    guard let answer else {
      if case .success(let descriptor) = result { closeWithReset(descriptor) }
      return
    }
    self.answer = nil
    dropAttempt()
    answer(result)
  }
}

/// Closes a connection that nobody wants any more, so that the peer sees a reset.
func closeWithReset(_ descriptor: Int32) {
  setLinger(descriptor)
  close(descriptor)
}

/// Has a descriptor's closing reset its connection.
func setLinger(_ descriptor: Int32) {
  var none = linger(l_onoff: 1, l_linger: 0)
  _ = unsafe setsockopt(
    descriptor, SOL_SOCKET, SO_LINGER, &none, socklen_t(MemoryLayout<linger>.size))
}
