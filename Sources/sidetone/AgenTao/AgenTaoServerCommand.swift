import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Telephony

/// `sidetone agentao-server`: plays AgenTao's server, for a client to be tried against.
struct AgenTaoServerCommand: Command {
  static let name = "agentao-server"
  static let summary = "play AgenTao's server for a client"
  static let operands: [Operand] = []
  static let options = [
    Option("--scenario", "NAME", help: "what happens to the client (default ordinary)"),
    Option("--list", help: "list the scenarios and end"),
    Option("--profile", "WIRE", help: "w1 or nvp1 (default w1)"),
    Option(
      "--rate", "HZ",
      help: "let in clients that ask for this rate alone, 8000, 16000 or 24000 (default any)"),
    Option("--host", "ADDRESS", help: "the address to listen on (default 127.0.0.1)"),
    Option("--port", "PORT", help: "the port to listen on, 0 for any free one (default 8080)"),
    Option(
      "--api-key", "KEY",
      help: "the key that a client must show (default $SIDETONE_AGENTAO_KEY, else any)"),
    Option(
      "--tls-cert", "FILE", help: "the certificate to show, in PEM; with --tls-key serves wss"),
    Option("--tls-key", "FILE", help: "its private key, in PEM"),
    Option(
      "--client-ca", "FILE",
      help: "ask clients for a certificate signed by one of these authorities, in PEM"),
    Option(
      "--connector", "ID",
      help: "the connector that a client with the key must name (default any)"),
  ]
  static let notes = """
    Prints 'listening on ws://ADDRESS:PORT', or wss://, when clients may come, and
    serves until Ctrl-C. The control link is at /v1/agent/session-manager. The calls
    of the scenario arrive when a client is ready, and again for the next client. At
    its end it says what became of each call.

    exit status: 0 after Ctrl-C, 2 wrong usage or a port in use

    examples:
      sidetone agentao-server --list
      sidetone agentao-server --scenario unanswered --port 8080
    """

  let scenario: AgenTaoScenario
  let isList: Bool
  let profile: AgenTaoServer.Profile
  /// nil for any that calls have.
  let rate: SampleRate?
  let host: String
  /// 0 for any free port.
  let port: Int
  let apiKey: Secret?
  let connector: String?
  let tls: TLSServerConfiguration?

  init(_ arguments: Arguments) throws(UsageError) {
    isList = arguments.flag("--list")
    let name = try arguments.text("--scenario") ?? AgenTaoScenario.ordinary.rawValue
    guard let scenario = AgenTaoScenario(rawValue: name) else {
      throw UsageError(
        "--scenario \(name) is unknown", didYouMean: name,
        among: AgenTaoScenario.allCases.map(\.rawValue))
    }
    self.scenario = scenario
    let profiles = AgenTaoServer.Profile.allCases.map(\.rawValue)
    profile =
      try arguments.choice("--profile", of: profiles)
      .flatMap(AgenTaoServer.Profile.init(rawValue:)) ?? .w1
    let rates = SampleRate.telephony.map { String($0.hertz) }
    rate = try arguments.choice("--rate", of: rates).flatMap(Int.init)
      .flatMap(SampleRate.init(hertz:))
    host = try arguments.text("--host") ?? "127.0.0.1"
    port = try arguments.integer("--port", in: 0...65_535) ?? 8_080
    let key =
      try arguments.text("--api-key")
      ?? ProcessInfo.processInfo.environment["SIDETONE_AGENTAO_KEY"]
    apiKey = key.flatMap(Secret.init)
    connector = try arguments.text("--connector")
    tls = try TLSOptions.configuration(
      try arguments.text("--tls-cert"), try arguments.text("--tls-key"),
      try arguments.text("--client-ca"), "--client-ca")
  }

  /// Serves until Ctrl-C.
  func run() async throws(UsageError) -> ExitStatus {
    if isList {
      for scenario in AgenTaoScenario.allCases {
        Console.print("\(scenario.rawValue.padded(to: 20))\(scenario.summary)")
      }
      return .success
    }
    let signals = SignalWatcher()
    let loop: EventLoop
    do { loop = try EventLoop(name: "agentao") } catch {
      throw UsageError("cannot serve: \(error)")
    }
    loop.start()
    defer { loop.stop() }
    let server: AgenTaoServer
    do {
      server = try AgenTaoServer(
        loop: loop, host: host, port: port, configuration: configuration)
    } catch {
      throw UsageError(saying: error)
    }
    let host = ListenOptions.urlHost(host)
    Console.print("listening on \(tls == nil ? "ws" : "wss")://\(host):\(server.port)")
    for await _ in signals.arrivals { break }
    await report(of: server)
    await server.stop()
    return .success
  }

  private var configuration: AgenTaoServer.Configuration {
    var configuration = AgenTaoServer.Configuration()
    configuration.profile = profile
    configuration.listener.tls = tls
    configuration.rate = rate
    // It may run for days: what was heard is counted, not kept.
    configuration.recordedBytes = 0
    configuration.apiKey = apiKey
    configuration.connectorID = connector
    configuration.plans = scenario.plans
    configuration.faults = scenario.faults
    return configuration
  }

  /// What became of the calls: the last thousand at most.
  private func report(of server: AgenTaoServer) async {
    let seen = await server.record()
    for (status, count) in seen.refusals.sorted(by: { $0.key < $1.key }) {
      Console.print("refused with \(status): \(count)")
    }
    for id in seen.calls.suffix(1_000) {
      guard let call = await server.record(of: id) else { continue }
      let commands = call.commands.map { "\($0.verb.rawValue) \($0.outcome ?? "open")" }
      Console.print(
        "\(id): \(Self.name(of: call.state)); \(commands.joined(separator: ", ")); "
          + "caller heard \(call.bytesHeardByCaller) bytes")
    }
  }

  private static func name(of state: AgenTaoServer.CallState) -> String {
    switch state {
    case .pending: "pending"
    case .answered: "answered"
    case .connected(let mode): "connected, \(mode.rawValue)"
    case .ended(let party): "ended by \(party.rawValue)"
    }
  }
}
