public import AudioEngine

// What the driver tells.
extension AgenTaoControlLink {
  /// Begins.
  public mutating func start(at now: MonotonicTime) {
    guard state == .idle else { return }
    connect(at: now)
  }

  /// Ends for good; calls in progress are not touched.
  public mutating func stop(at now: MonotonicTime) {
    guard state != .stopped else { return }
    let hadConnection = hasConnection
    forgetConnection()
    state = .stopped
    if hadConnection { actions.append(.drop(reason: "client disconnects")) }
    actions.append(.failed(.closed))
  }

  /// The connection is open.
  public mutating func opened(at now: MonotonicTime) {
    guard case .connecting = state else { return }
    state = .settingUp(until: now + Self.setupTimeout)
    outgoing = [.hello(rate: rate, client: client)]
  }

  /// The connection is gone, or was never there.
  public mutating func closed(_ loss: AgenTaoLinkLoss, at now: MonotonicTime) {
    guard hasConnection else { return }
    lose(loss.connectionError, at: now)
  }

  /// A connection cannot even be begun, and never will.
  public mutating func fail(_ error: AgenTaoConnectionError) {
    guard state != .stopped else { return }
    forgetConnection()
    state = .stopped
    actions.append(.failed(error))
  }

  /// Lets the passing of time do its part.
  public mutating func advance(to now: MonotonicTime) {
    switch state {
    case .idle, .stopped: break
    case .connecting(let until):
      guard now >= until else { return }
      actions.append(.drop(reason: "no connection in time"))
      lose(.unreachable(reason: "no connection within \(Self.connectTimeout)"), at: now)
    case .settingUp(let until):
      guard now >= until else { return }
      actions.append(.drop(reason: "no setup in time"))
      lose(.handshakeTimedOut, at: now)
    case .waiting(let until):
      if now >= until { connect(at: now) }
    case .ready:
      for (id, claim) in claims where claim.until <= now {
        claims[id] = nil
        sessions.remove(claim.session)
        statistics.claimsTimedOut += 1
      }
    }
  }

  /// A call has ended: an offer that repeats it is still known for one.
  public mutating func callEnded(_ callID: String) {
    guard let session = calls.removeValue(forKey: callID) else { return }
    if let session { sessions.remove(session) }
    ended.note(true, of: callID)
  }

  /// A call's media link could not be opened: should the call be offered again, it is a new one.
  public mutating func callNotOpened(_ callID: String) {
    guard let session = calls.removeValue(forKey: callID) else { return }
    if let session { sessions.remove(session) }
  }

  private var hasConnection: Bool {
    switch state {
    case .connecting, .settingUp, .ready: true
    case .idle, .waiting, .stopped: false
    }
  }

  private mutating func connect(at now: MonotonicTime) {
    state = .connecting(until: now + Self.connectTimeout)
    actions.append(.connect)
  }

  private mutating func forgetConnection() {
    outgoing.removeAll()
    sessions.removeAll()
    claims.removeAll()
  }

  mutating func lose(_ error: AgenTaoConnectionError, at now: MonotonicTime) {
    forgetConnection()
    statistics.losses += 1
    // Credentials that were good once may meet a server that is being changed: TLS is tried again.
    let wasUp = statistics.connections > 0
    let isTLS = if case .authentication(.tls) = error { true } else { false }
    guard error.isTransient && (retriesFirst || wasUp) || isTLS && wasUp else {
      state = .stopped
      actions.append(.failed(error))
      return
    }
    let wait = backoff.next()
    state = .waiting(until: now + wait)
    actions.append(.retry(after: wait, error))
  }
}

// What the server says.
extension AgenTaoControlLink {
  /// Takes one text message. Never traps, whatever the bytes.
  public mutating func receive(text: RawSpan, at now: MonotonicTime) {
    switch wire.decodeControl(text) {
    case .ready(let connection):
      becomeReady(connection)
    case .setupRefused(let code, let message):
      guard case .settingUp = state else { return ignore() }
      actions.append(.drop(reason: "setup refused"))
      lose(Self.connectionError(code, message), at: now)
    case .announced(let session):
      claim(session, at: now)
    case .claimed(let id, let refusal):
      guard let claim = claims.removeValue(forKey: id) else { return ignore() }
      guard refusal == nil else {
        sessions.remove(claim.session)
        statistics.claimsRefused += 1
        return
      }
      outgoing.append(.sessionReady(session: claim.session))
    case .offered(let offer):
      take(offer)
    case .gone(let callID, let session, let reason):
      withdraw(callID, session, reason)
    case .ignored:
      ignore()
    case .malformed:
      statistics.malformed += 1
    }
  }

  private mutating func ignore() { statistics.ignored += 1 }

  private mutating func becomeReady(_ connection: AgenTaoConnection) {
    guard case .settingUp = state else { return ignore() }
    state = .ready
    backoff.reset()
    statistics.connections += 1
    if wire.startsDelivery { outgoing.append(.startDelivery) }
    actions.append(.ready(connection))
  }

  private mutating func claim(_ session: String, at now: MonotonicTime) {
    guard state == .ready else { return ignore() }
    guard !sessions.contains(session) else {
      statistics.duplicates += 1
      return
    }
    if sessions.count >= mostCalls + Self.most {
      // Sessions whose call never came, and that were never closed.
      sessions = Set(calls.values.compactMap(\.self) + claims.values.map(\.session))
    }
    guard claims.count < Self.most else {
      statistics.overflow += 1
      return
    }
    let id = AgenTaoIdentifier.random()
    sessions.insert(session)
    claims[id] = (session, now + Self.requestTimeout)
    outgoing.append(.claim(session: session, id: id))
  }

  private mutating func take(_ offer: AgenTaoOffer) {
    guard state == .ready else { return ignore() }
    guard calls[offer.callID] == nil, ended[offer.callID] == nil else {
      statistics.duplicates += 1
      return
    }
    guard calls.count < mostCalls else {
      statistics.overflow += 1
      return
    }
    calls[offer.callID] = .some(offer.sessionID)
    statistics.offers += 1
    actions.append(.offer(offer))
  }

  private mutating func withdraw(_ callID: String?, _ session: String?, _ reason: String) {
    if let session {
      sessions.remove(session)
      claims = claims.filter { $0.value.session != session }
    }
    let known = callID ?? calls.first { $0.value != nil && $0.value == session }?.key
    guard let known, calls[known] != nil else { return ignore() }
    actions.append(.withdraw(callID: known, reason: reason))
  }

  private static func connectionError(
    _ code: AgenTaoErrorCode, _ message: String
  ) -> AgenTaoConnectionError {
    switch code.rawValue {
    case "AUTH_FAILED", "UNAUTHORIZED", "CONNECTOR_UNKNOWN":
      .authentication(.credentialsRejected(status: 401))
    case "FORBIDDEN": .authentication(.credentialsRejected(status: 403))
    case "VERSION_UNSUPPORTED": .versionUnsupported(message: message)
    case "RATE_LIMITED": .rejected(status: 429, message: message)
    case "DRAINING", "OVERFLOW", "INTERNAL": .rejected(status: 503, message: message)
    default: .rejected(status: 400, message: "\(code): \(message)")
    }
  }
}
