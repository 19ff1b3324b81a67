import AudioEngine
import BotTransport
import CallSimulator
import Foundation

/// All checks in their order. What cannot be made because an earlier one failed is left out.
struct Examination {
  /// What to examine, and how long to wait.
  struct Plan: Sendable {
    let provider: SimulatedProvider
    let platform: DoctorPlatform
    /// The options of the server itself; nil where only the address is examined.
    var server: ServerOptions?
    var listening: Duration = .seconds(10)
    var patience: Duration = .seconds(10)
    var idle: Duration?
    var isOneWay = false
    var tls = TLSClientConfiguration()
    var sound = CallChecks.murmur
    var signingToken: String?
    /// As the user gave it, or as the server's options say.
    var target = ""
    private(set) var address: BotAddress?
    /// Whether the address is asked for the socket's.
    private(set) var asksFirst = false

    init(provider: SimulatedProvider, platform: DoctorPlatform) {
      self.provider = provider
      self.platform = platform
    }

    /// Takes the address that was given, or what the server's options say.
    mutating func aim(at text: String?) throws(UsageError) {
      target = text ?? own
      asksFirst = target.lowercased().hasPrefix("http")
      do {
        address = try BotAddress(asksFirst ? "ws" + target.dropFirst(4) : target)
      } catch {
        throw UsageError(
          "'\(Redaction.url(target))' is no address: \(error.reason)",
          advice: "give wss://HOST/PATH, or https://HOST/PATH where the platform asks first")
      }
    }

    /// Where the server's options say that it is reached, with its first credentials.
    private var own: String {
      guard let server else { return "" }
      let host = ["0.0.0.0", "::"].contains(server.listening.host) ? "127.0.0.1" : nil
      let base =
        server.endpoints.reach.publicAddress?.description
        ?? "\(server.tls.scheme)://\(host ?? server.listening.urlHost):\(server.listening.port)"
      let policy = server.access.policy
      var path = "/" + provider.name
      if policy.credentials.isEmpty, let token = policy.tokens.first {
        path += "/" + PercentEncoding.encode(token.revealed)
      }
      let user = policy.credentials.first.map { $0.userInfo + "@" } ?? ""
      guard let scheme = base.firstRange(of: "://") else { return base + path }
      return base[..<scheme.upperBound] + user + base[scheme.upperBound...] + path
    }
  }

  private let plan: Plan
  private let loop: EventLoop

  init(_ plan: Plan, on loop: EventLoop) {
    self.plan = plan
    self.loop = loop
  }

  /// Makes the checks; `tell` is told of each finding as it comes.
  func run(_ tell: (Finding) -> Void) async -> [Finding] {
    var findings: [Finding] = []
    func add(_ finding: Finding) {
      findings.append(finding)
      tell(finding)
    }
    if let server = plan.server {
      let machine = MachineChecks(options: server)
      machine.findings(at: Date()).forEach(add)
    }
    guard let address = plan.address else { return findings }
    guard await reaches(address, add) else { return findings }
    var visit = self.visit(at: address)
    if plan.asksFirst {
      let web = WebChecks(visit: visit, patience: plan.patience)
      let (finding, next) = await web.lookup("http" + address.url.dropFirst(2))
      add(finding)
      guard let next else { return findings }
      guard let dialled = try? BotAddress(next) else {
        add(
          .failed(
            .upgrade, "the answer's address, \(Redaction.url(next)), is none of a WebSocket",
            "answer wss://HOST/PATH"))
        return findings
      }
      visit = self.visit(at: dialled)
      if Self.place(dialled) != Self.place(address), await !reaches(dialled, add) {
        return findings
      }
    }
    await examine(visit, add)
    if let server = plan.server, let told = server.endpoints.reach.publicAddress {
      let web = WebChecks(visit: visit, patience: plan.patience)
      if let finding = await web.publicURL(told) { add(finding) }
      add(await web.callbacks(at: told) { server.endpoints.signingSecrets(of: $0).first })
    }
    return findings
  }

  private func visit(at address: BotAddress) -> Visit {
    var visit = Visit(
      address: address, provider: plan.provider, platform: plan.platform, tls: plan.tls)
    visit.signingToken = plan.signingToken
    return visit
  }

  /// Name, connection, TLS; whether a socket can be tried.
  private func reaches(_ address: BotAddress, _ add: (Finding) -> Void) async -> Bool {
    guard let url = try? WebSocketURL(address.url) else { return false }
    let reach = ReachChecks(host: url.host, port: url.port, patience: plan.patience)
    let (name, addresses) = await reach.dns()
    add(name)
    guard !addresses.isEmpty else { return false }
    let (connection, first) = await reach.tcp(addresses)
    add(connection)
    guard let first else { return false }
    guard url.isSecure else {
      add(
        .warning(
          .tls, "none: everybody on the way can listen",
          "platforms want wss:// in production: give --tls-cert and --tls-key, or put a proxy in "
            + "front"))
      return true
    }
    let checks = await reach.handshakes(first, trusting: plan.tls)
    let found = checks.findings(at: Date())
    found.forEach(add)
    if let file = plan.server?.tls.configuration?.certificateFile, !checks.shows(file) {
      add(
        .warning(
          .certificate, "the server shows another one than \(file) holds",
          "send it SIGHUP where it was renewed; a proxy in front shows its own"))
    }
    return !found.contains { $0.outcome == .failed }
  }

  private func examine(_ visit: Visit, _ add: (Finding) -> Void) async {
    let sockets = SocketChecks(visit: visit, loop: loop, patience: plan.patience)
    let opening = await sockets.open()
    add(opening.upgrade)
    guard opening.isOpen else { return }
    let call = CallChecks(
      visit: visit, loop: loop, sound: plan.sound, listening: plan.listening,
      isOneWay: plan.isOneWay)
    let report = await call.place()
    add(
      SocketChecks.ping(
        opening.roundTrip, hasHeard: report.map { $0.receivedMessages > 0 } ?? false))
    if let report { call.findings(report).forEach(add) }
    add(await sockets.credentials())
    if let idle = plan.idle { add(await sockets.idle(for: idle)) }
  }

  private static func place(_ address: BotAddress) -> String {
    let url = try? WebSocketURL(address.url)
    return url.map { "\($0.host):\($0.port):\($0.isSecure)" } ?? ""
  }
}
