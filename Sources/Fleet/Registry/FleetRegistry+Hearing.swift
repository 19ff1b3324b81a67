import BotTransport
import Dispatch
import Glibc
import Ground

// The thread that listens to what the other nodes and operators tell this one.
extension FleetRegistry {
  /// How long it may not notice that it should end.
  private static let patience: Duration = .milliseconds(200)

  @Sendable func hear() {
    var pause = Self.firstPause
    while !state.withLock({ $0.isEnding }) {
      do throws(RedisError) {
        let connection = try RedisConnection(
          configuration.registry, within: configuration.beat)
        try connection.send(
          ["SUBSCRIBE", FleetScripts.channel(of: member), FleetScripts.everybody])
        // What was told meanwhile is lost: whose streams went elsewhere is found out by telling all.
        state.withLock { $0.needsAll = true }
        wake.signal()
        pause = Self.firstPause
        try hear(connection)
      } catch {
        // The other thread tells of it.
        let deadline = EventLoop.now + pause * Double.random(in: 0.5...1)
        pause = min(pause * 2, configuration.beat)
        while EventLoop.now < deadline, !state.withLock({ $0.isEnding }) {
          usleep(20_000)
        }
      }
    }
  }

  private func hear(_ connection: RedisConnection) throws(RedisError) {
    var heardAt = EventLoop.now
    var askedAt = heardAt
    while !state.withLock({ $0.isEnding }) {
      let value = try connection.next(within: Self.patience)
      let now = EventLoop.now
      if let value {
        heardAt = now
        let parts = value.list
        if parts.count == 3, parts[0].text == "message", let text = parts[2].text {
          FleetMessage(text).map(take)
        }
      }
      guard now - heardAt < configuration.lease else {
        throw RedisError(description: "registry \(configuration.registry.name): silent")
      }
      // A peer that is gone without a word is found by this alone.
      if now - askedAt >= configuration.beat {
        askedAt = now
        try connection.send(["PING"])
      }
    }
  }

  private func take(_ message: FleetMessage) {
    switch message.kind {
    case .replaced:
      guard let stream = message.stream, let ticket = message.ticket else { return }
      // Behind whatever the other thread asks: it knows then with which ticket it holds the stream.
      perform { [self] _ in lose(stream, ticket) }
    case .backlog:
      guard let key = message.stream, let report = message.key,
        let stream = state.withLock({ $0.carried[key]?.stream })
      else { return }
      served.withLock { $0 }?.note(
        BacklogNotice(of: stream, percent: message.percent, key: report))
    case .drain:
      let isOwn = message.node == configuration.node
      if isOwn {
        served.withLock { $0 }?.drain()
        hurry()
      }
      answer(message, count: isOwn ? 1 : 0)
    case .hangup:
      guard let sid = message.sid, let served = served.withLock({ $0 }) else { return }
      Task { answer(message, count: await served.hangUp(sid)) }
    case .done:
      return
    }
  }

  private func answer(_ order: FleetMessage, count: Int) {
    guard let reply = order.reply, reply.hasPrefix(FleetControl.replies) else { return }
    var message = FleetMessage(.done)
    message.node = configuration.node
    message.count = count
    guard let json = message.json else { return }
    perform { connection throws(RedisError) in
      _ = try connection?.ask(["PUBLISH", reply, json])
    }
  }
}
