import BotTransport
import Ground

/// Whether a host has addresses, and whether somebody listens there.
struct ReachChecks: Sendable {
  let host: String
  let port: Int
  /// How long one connection may take.
  let patience: Duration

  private let thread = BlockingExecutor(label: "sidetone.doctor")

  init(host: String, port: Int, patience: Duration) {
    self.host = host
    self.port = port
    self.patience = min(patience, .seconds(5))
  }

  /// The host's addresses, and what they say about who can reach it.
  func dns() async -> (finding: Finding, addresses: [SocketAddress]) {
    let begin = EventLoop.now
    let addresses: [SocketAddress]
    do {
      addresses = try await thread.run { [host, port] in
        try TrialConnection.addresses(of: host, port: port)
      }
    } catch {
      let finding = Finding.failed(
        .dns, "\(host): \(error)",
        "correct the host's name in the address, or add it to the zone: A for version 4, and wait "
          + "until caches have forgotten the old answer")
      return (finding, [])
    }
    return (Self.judge(host, addresses.map(Self.bare), within: EventLoop.now - begin), addresses)
  }

  /// What a look-up is worth; pure.
  static func judge(_ host: String, _ addresses: [String], within time: Duration) -> Finding {
    let seen = "\(host) is \(addresses.joined(separator: ", ")), \(time.text)"
    guard addresses.contains(where: AddressRange.isPublic) else {
      return .warning(
        .dns, seen, "no platform reaches this address from outside: give the public one")
    }
    if let inner = addresses.first(where: { !AddressRange.isPublic($0) }) {
      return .warning(
        .dns, seen, "no platform reaches \(inner): take it out of the public zone")
    }
    if addresses.allSatisfy({ $0.contains(":") }) {
      return .warning(
        .dns, seen, "platforms may have version 4 alone: add an A record")
    }
    if time > .seconds(1) {
      return .warning(.dns, seen, "the look-up is part of every call's beginning: mend the zone")
    }
    return .ok(.dns, seen)
  }

  /// Whether each address answers; the first that does.
  func tcp(
    _ addresses: [SocketAddress]
  ) async -> (finding: Finding, address: SocketAddress?) {
    var first: (address: SocketAddress, time: Duration)?
    var failures: [(address: String, reason: ConnectFailure)] = []
    for address in addresses {
      let begin = EventLoop.now
      do {
        try await thread.run { [patience] in
          _ = try TrialConnection.open(address, within: patience)
        }
        if first == nil { first = (address, EventLoop.now - begin) }
      } catch let failure as ConnectFailure {
        failures.append((address.description, failure))
      } catch {
        failures.append((address.description, .unreachable(reason: "\(error)")))
      }
    }
    let words = failures.map { "\($0.address): \($0.reason)" }.joined(separator: ", ")
    guard let first else {
      return (.failed(.tcp, words, Self.advice(on: failures.first?.reason, port)), nil)
    }
    let seen = "\(first.address.description) in \(first.time.text)"
    guard failures.isEmpty else {
      let finding = Finding.warning(
        .tcp, "\(seen), but \(words)",
        "platforms may try that one first: have it listen there too, or take it out of the zone")
      return (finding, first.address)
    }
    return (.ok(.tcp, seen), first.address)
  }

  private static func advice(on failure: ConnectFailure?, _ port: Int) -> String {
    if case .timedOut = failure {
      return "nothing comes back: open port \(port) in the firewall or the security group, and "
        + "see that a cold start takes less than 10 s"
    }
    return "start the server or the proxy, have it listen on port \(port) of this address "
      + "(--host 0.0.0.0), or correct the port"
  }

  /// Shakes hands with an address, once with each version.
  func handshakes(
    _ address: SocketAddress, trusting tls: TLSClientConfiguration
  ) async -> TLSChecks {
    let begin = EventLoop.now
    let whole = await examine(address, tls, nil)
    var checks = TLSChecks(host: host, examination: whole, time: EventLoop.now - begin)
    guard case .success = whole else { return checks }
    for version in TLSExamination.Version.allCases {
      if case .success = await examine(address, tls, version) { checks.versions.append(version) }
    }
    return checks
  }

  private func examine(
    _ address: SocketAddress, _ tls: TLSClientConfiguration, _ only: TLSExamination.Version?
  ) async -> Result<TLSExamination, ConnectFailure> {
    do {
      return .success(
        try await thread.run { [host, patience] in
          let connection = try TrialConnection.open(address, within: patience)
          return try TLSExamination(
            connection, host: host, trusting: tls, only: only, within: patience)
        })
    } catch let failure as ConnectFailure {
      return .failure(failure)
    } catch {
      return .failure(.tls(reason: "\(error)"))
    }
  }

  /// An address without its port and brackets.
  private static func bare(_ address: SocketAddress) -> String {
    let text = address.description
    let host = text[..<(text.lastIndex(of: ":") ?? text.endIndex)]
    return String(host.drop { $0 == "[" }.prefix { $0 != "]" })
  }
}
