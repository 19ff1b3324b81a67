import AudioEngine
import Telephony

// The control connection. All on the loop's thread.
extension AgenTaoClient {
  func begin() {
    guard timer == nil else { return }
    timer = LoopTimer(loop: loop) { [weak self] in
      self?.assumeIsolated { client in
        client.link.advance(to: client.loop.now)
        client.act()
      }
    }
    link.start(at: loop.now)
    act()
  }

  func stop() {
    guard end == nil else { return }
    link.stop(at: loop.now)
    act()
  }

  func opened(_ attempt: Int) {
    guard attempt == self.attempt else { return }
    link.opened(at: loop.now)
    act()
  }

  func received(text message: RawSpan, _ attempt: Int) {
    guard attempt == self.attempt else { return }
    link.receive(text: message, at: loop.now)
    act()
  }

  func write(into buffer: inout MessageBuffer, _ attempt: Int) -> WriteStep {
    guard attempt == self.attempt, link.poll(into: &buffer) else { return .nothing }
    if link.hasOutput { socket?.requestWrite() }
    return .text
  }

  func closed(_ loss: AgenTaoLinkLoss, _ attempt: Int, loopEnds: Bool) {
    guard attempt == self.attempt else { return }
    forgetSocket()
    link.closed(loss, at: loop.now)
    // Nothing will wake a client whose loop has stopped.
    if loopEnds { link.stop(at: loop.now) }
    act()
  }

  private func forgetSocket() {
    attempt += 1
    socket = nil
  }

  /// Does what the link wants, and comes back when it is time.
  private func act() {
    while let action = link.nextAction() { perform(action) }
    if link.hasOutput { socket?.requestWrite() }
    if let deadline = link.nextDeadline {
      timer?.arm(at: deadline)
    } else {
      timer?.cancel()
    }
  }

  private func perform(_ action: AgenTaoControlLink.Action) {
    switch action {
    case .connect:
      connectSocket()
    case .drop(let reason):
      socket?.close(.normal, reason: reason)
      forgetSocket()
    case .ready(let connection):
      socket?.setPingInterval(
        connection.pingInterval ?? configuration.pingInterval,
        timeout: connection.pongTimeout ?? configuration.pongTimeout)
      for waiter in connectWaiters { waiter.resume(returning: .success(())) }
      connectWaiters.removeAll()
      notices.yield(.connected(id: connection.id))
    case .offer(let offer):
      open(offer)
    case .withdraw(let callID, _):
      guard let call = calls[callID] else { return }
      call.loop.perform { call.assumeIsolated { $0.withdraw() } }
    case .retry(let wait, let error):
      notices.yield(.reconnecting(after: wait, because: error))
    case .failed(let error):
      finish(error)
    }
  }

  private func connectSocket() {
    attempt += 1
    let mine = attempt
    let wire = configuration.wire
    var headers = HTTPHeaders()
    for (name, value) in wire.headers(client: configuration.clientName) {
      headers.append(name, value)
    }
    if case .apiKey(let key, let connectorID) = configuration.credentials {
      for (name, value) in wire.headers(apiKey: key, connectorID: connectorID) {
        headers.append(name, value)
      }
    }
    var limits = WebSocket.Limits()
    limits.maximumMessageSize = 65_536
    do {
      let socket = try WebSocketConnector.connect(
        loop: loop, url: configuration.controlURL, headers: headers,
        subprotocols: wire.controlSubprotocols, limits: limits,
        tls: configuration.tls, delegate: AgenTaoControlSocket(client: self, attempt: mine))
      // It may have failed at once.
      if attempt == mine { self.socket = socket }
    } catch .tls(let error) {
      // Its own certificate or the authorities': wrong files now, wrong files later.
      link.fail(.authentication(.tls(reason: error.description)))
    } catch {
      link.fail(.configuration(error.description))
    }
  }

  private func finish(_ error: AgenTaoConnectionError) {
    guard end == nil else { return }
    end = error
    timer?.cancel()
    timer = nil
    for waiter in connectWaiters { waiter.resume(returning: .failure(error)) }
    connectWaiters.removeAll()
    for waiter in endWaiters { waiter.resume(returning: error) }
    endWaiters.removeAll()
    notices.yield(.ended(error))
    notices.finish()
    announcements.finish()
  }
}

// Calls.
extension AgenTaoClient {
  private func open(_ offer: AgenTaoOffer) {
    let loop = takeLoop()
    let call: AgenTaoCall
    do {
      call = try AgenTaoCall(
        offer: offer, configuration: configuration, loop: loop
      ) { [weak self, clientLoop = self.loop] call, change in
        clientLoop.perform { [weak self] in self?.assumeIsolated { $0.note(call, change) } }
      }
    } catch {
      // The rates were checked when the configuration was made.
      link.callNotOpened(offer.callID)
      return
    }
    calls[offer.callID] = call
    loop.perform { call.assumeIsolated { $0.open() } }
  }

  private func note(_ call: AgenTaoCall, _ change: AgenTaoCall.Change) {
    switch change {
    case .opened:
      if case .enqueued = announcements.yield(call) {
        counts.calls += 1
        return
      }
      counts.dropped += 1
      notices.yield(.callDropped(id: call.id))
      call.loop.perform { call.assumeIsolated { $0.drop() } }
    case .notOpened(let failure):
      calls[call.id] = nil
      link.callNotOpened(call.id)
      counts.mediaFailures += 1
      notices.yield(.callLost(id: call.id, failure))
    case .ended:
      calls[call.id] = nil
      link.callEnded(call.id)
    }
    act()
  }
}
