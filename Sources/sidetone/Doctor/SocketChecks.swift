import BotTransport
import CallSimulator

/// The upgrade, pings, wrong credentials and idleness, each on a socket of its own.
struct SocketChecks: Sendable {
  let visit: Visit
  let loop: EventLoop
  /// How long an upgrade may take: platforms give 10 s.
  let patience: Duration

  /// The upgrade is slow from here on: calls were seen to be given up after about a second.
  static let slow: Duration = .seconds(1)
  /// How long a ping may take.
  private var pingPatience: Duration { min(patience, .seconds(5)) }

  /// What one socket showed.
  struct Opening: Sendable {
    let upgrade: Finding
    /// nil where there was no socket to ping.
    var roundTrip: Duration?
    var isOpen = false
  }

  /// Opens a socket, pings, closes.
  func open() async -> Opening {
    let begin = EventLoop.now
    let trial: TrialSocket
    do { trial = try TrialSocket.open(visit, on: loop, within: patience) } catch {
      return Opening(upgrade: .failed(.upgrade, "\(error)", "correct the address"))
    }
    var state = await trial.state(within: patience + .seconds(1)) {
      $0.openedAt != nil || $0.end != nil
    }
    guard let opened = state.openedAt else {
      let failure = state.end?.failure ?? .timedOut
      return Opening(upgrade: UpgradeRefusal(visit: visit, patience: patience).finding(failure))
    }
    await trial.ping(within: pingPatience)
    state = await trial.state(within: pingPatience + .seconds(1)) {
      $0.roundTrip != nil || $0.end != nil
    }
    await trial.close()
    return Opening(
      upgrade: Self.judge(opened - begin), roundTrip: state.roundTrip, isOpen: true)
  }

  /// What the time of an upgrade is worth.
  static func judge(_ time: Duration) -> Finding {
    guard time <= slow else {
      return .warning(
        .upgrade, "101 after \(time.text)",
        "accept before any other work: platforms wait 10 s at the most, and calls were seen to be "
          + "given up after one")
    }
    return .ok(.upgrade, "101 after \(time.text)")
  }

  /// What the answer to a ping is worth, told whether anything else came back.
  static func ping(_ roundTrip: Duration?, hasHeard: Bool) -> Finding {
    if let roundTrip {
      guard roundTrip <= .milliseconds(300) else {
        return .warning(
          .ping, "answered after \(roundTrip.text)",
          "every answer comes so much later: serve from nearer to the platform")
      }
      return .ok(.ping, "answered after \(roundTrip.text)")
    }
    guard hasHeard else {
      return .failed(
        .ping, "the socket is open, and nothing comes back: neither a pong nor a message",
        "what stands in front answers the upgrade and passes no frames: have it pass WebSockets "
          + "through, unbuffered (nginx: proxy_http_version 1.1, Upgrade and Connection headers, "
          + "proxy_buffering off)")
    }
    return .warning(
      .ping, "not answered, though messages come",
      "answer pings (RFC 6455, 5.5.2): balancers and platforms tell by them who is alive")
  }

  /// Whether wrong credentials are refused, and where none are asked for.
  func credentials() async -> Finding {
    guard visit.hasCredentials else {
      return .warning(
        .credentials, "the address has none, and the server took it",
        "unless the addresses of callers are limited, anybody may call the bot: ask for "
          + "credentials (--basic-file, --token-file, the platform's signature)")
    }
    let wrong = visit.withWrongCredentials
    let trial: TrialSocket
    do { trial = try TrialSocket.open(wrong, on: loop, within: patience) } catch {
      return .failed(.credentials, "\(error)", "correct the address")
    }
    // A token may come as late as in `start`.
    await trial.send(wrong.greeting)
    let grace = min(patience, .seconds(2))
    _ = await trial.state(within: patience + .seconds(1)) { $0.openedAt != nil || $0.end != nil }
    let state = await trial.state(within: grace) { $0.end != nil }
    await trial.close()
    switch (state.end?.failure, state.end?.code) {
    case (.refused(let status, _), _) where status == 401 || status == 403:
      return .ok(.credentials, "wrong ones are refused with HTTP \(status)")
    case (.refused(let status, _), _):
      return .warning(
        .credentials, "wrong ones are answered with HTTP \(status)", "answer them with 401")
    case (nil, 1008?):
      return .ok(.credentials, "wrong ones are refused after start, with 1008")
    case (let failure?, _):
      return .warning(
        .credentials, "with wrong ones: \(failure)", "answer them with 401, so that it is known why"
      )
    default:
      return .failed(
        .credentials, "wrong ones are let in as well",
        "the server does not look at them: anybody may call the bot")
    }
  }

  /// Whether a socket without any traffic of ours lives for `time`.
  func idle(for time: Duration) async -> Finding {
    let words = "after \(time.components.seconds) s without a word"
    let trial: TrialSocket
    do { trial = try TrialSocket.open(visit, on: loop, within: patience) } catch {
      return .failed(.idle, "\(error)", "correct the address")
    }
    await trial.send(visit.greeting)
    var state = await trial.state(within: patience + .seconds(1)) {
      $0.openedAt != nil || $0.end != nil
    }
    guard let opened = state.openedAt else {
      return .failed(.idle, "the socket did not open again", "look at 'upgrade'")
    }
    state = await trial.state(within: time) { $0.end != nil }
    if let end = state.end { return Self.cut(end, after: end.at - opened) }
    // Some cut in silence: only who speaks finds out.
    await trial.ping(within: pingPatience)
    let before = state.roundTrip
    state = await trial.state(within: pingPatience + .seconds(1)) {
      $0.roundTrip != before || $0.end != nil
    }
    await trial.close()
    guard state.end == nil, state.roundTrip != before else {
      return .failed(.idle, "dead \(words): a ping is not answered any more", Self.keepAlive)
    }
    return .ok(.idle, "alive \(words)")
  }

  private static func cut(_ end: TrialSocket.End, after time: Duration) -> Finding {
    let seconds = Int(time.inMilliseconds / 1_000)
    guard let code = end.code else {
      return .failed(
        .idle, "cut after \(seconds) s without a word, without a close frame (1006)", keepAlive)
    }
    return .warning(
      .idle, "closed with \(code) after \(seconds) s without a word",
      "if a caller may be silent for so long, have the bot wait longer (--idle-timeout)")
  }

  private static let keepAlive =
    "a proxy or balancer cuts what is idle: raise its time-out (nginx: proxy_read_timeout, "
    + "proxy_send_timeout), or have the server ping every 20 s"
}
