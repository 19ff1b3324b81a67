import BotTransport
import Telephony

/// The options that say how much a server takes on, and how it stops.
struct LimitOptions {
  static let options = [
    Option(
      "--drain", "SECONDS",
      help: "how long running calls may go on when told to stop, 0 to 3600 (default 30)"),
    Option("--max-calls", "N", help: "refuse more calls at a time with 503 (default no bound)"),
    Option(
      "--stream-limit", "N",
      help: "how many streams your account may have at a time, which the platform tells, or this "
        + "server's share: sidetone_stream_limit_near is 1 from four fifths on"),
    Option(
      "--max-upgrades", "N", help: "refuse more than N new sockets a second (default no bound)"),
    Option(
      "--max-upgrades-per-address", "N",
      help: "refuse more than N new sockets a second from one address (default no bound)"),
    Option(
      "--max-pending", "N",
      help: "hold at most N connections that have not finished their request, closing what comes "
        + "beyond them (default a quarter of the descriptors, at most 512)"),
    Option(
      "--max-pending-per-address", "N",
      help: "the same from one address, or one /64 of IPv6; behind a proxy all come from the "
        + "proxy's (default half of --max-pending)"),
    Option(
      "--max-handshakes", "N", help: "begin at most N TLS handshakes a second (default 100)"),
    Option(
      "--max-handshakes-per-address", "N",
      help: "begin at most N TLS handshakes a second of one address (default 50)"),
    Option(
      "--max-lateness", "MS",
      help: "refuse calls while a loop's timers fire later than this at the 99th percentile, 0 for "
        + "never, to 10000 (default 50)"),
    Option(
      "--idle-timeout", "SECONDS",
      help: "close calls whose platform sends nothing for so long, 1 to 3600 (default never)"),
    Option(
      "--max-duration", "SECONDS",
      help: "close streams of every platform after so long, 0 for never, to 86400 (default "
        + "\(platformLimits)never for others)"),
  ]

  /// The limits that platforms have of their own.
  private static var platformLimits: String {
    PlatformRegistry.standard.entries.compactMap { entry in
      entry.longestStream.map { "\($0.components.seconds) for \(entry.platform), " }
    }.joined()
  }

  private(set) var limits: ServerLimits
  private let connections: ConnectionLimits
  private let drainTimeout: Duration
  /// nil for each platform's own.
  private let longestStream: Int?

  init(_ arguments: Arguments) throws(UsageError) {
    let bounds = 1...ServerLimits.highest
    let lateness = try arguments.integer("--max-lateness", in: 0...10_000) ?? 50
    limits = ServerLimits(
      calls: try arguments.integer("--max-calls", in: bounds),
      upgradesPerSecond: try arguments.integer("--max-upgrades", in: bounds),
      upgradesPerSecondAndAddress: try arguments.integer("--max-upgrades-per-address", in: bounds),
      lateness: lateness == 0 ? nil : .milliseconds(lateness),
      idleTimeout: try arguments.integer("--idle-timeout", in: 1...3_600).map { .seconds($0) })
    limits.streams = try arguments.integer("--stream-limit", in: bounds)
    let standard = ConnectionLimits()
    connections = ConnectionLimits(
      pending: try arguments.integer("--max-pending", in: bounds),
      pendingOfAddress: try arguments.integer("--max-pending-per-address", in: bounds),
      handshakesPerSecond: try arguments.integer("--max-handshakes", in: bounds)
        ?? standard.handshakesPerSecond,
      handshakesPerSecondOfAddress: try arguments.integer(
        "--max-handshakes-per-address", in: bounds) ?? standard.handshakesPerSecondOfAddress)
    drainTimeout = .seconds(try arguments.integer("--drain", in: 0...3_600) ?? 30)
    longestStream = try arguments.integer("--max-duration", in: 0...86_400)
  }

  func apply(to configuration: inout ServerConfiguration) {
    configuration.limits = limits
    configuration.listener.connections = connections
    configuration.drainTimeout = drainTimeout
    guard let longestStream else { return }
    let platforms = longestStream > 0 ? configuration.call.platforms.entries.map(\.platform) : []
    configuration.durationLimits = Dictionary(
      platforms.map { ($0, .seconds(longestStream)) }, uniquingKeysWith: { $1 })
  }
}
