import AudioEngine
import BotTransport
import CallSimulator
import Telephony
import Testing

/// One call between a client and the simulated server, over sockets, for a conformance scenario.
struct ConformanceStage {
  /// A wait took longer than anything it waits for can take.
  struct Overdue: Error {}

  let call: AgenTaoCall
  let client: AgenTaoClient
  let server: AgenTaoServer
  /// What the call has told, once it is over.
  let events: Task<[AgenTaoCallEvent], Never>

  /// What the server knows of the call.
  var record: AgenTaoCallRecord {
    get async throws { try #require(await server.record(of: call.id)) }
  }

  /// The commands that reached the server, in order.
  var commands: [AgenTaoServer.Verb] {
    get async throws { try await record.commands.map(\.verb) }
  }

  /// Lets one call arrive, which nobody has answered yet, runs `body` with it and ends everything.
  static func run(
    _ profile: AgenTaoServer.Profile, _ plan: AgenTaoPlan = AgenTaoPlan(),
    _ faults: AgenTaoFaults = AgenTaoFaults(),
    _ settings: AgenTaoCallConfiguration = AgenTaoCallConfiguration(rate: .hz16000),
    within limit: Duration = .seconds(40),
    body: @escaping @Sendable (ConformanceStage) async throws -> Void
  ) async throws {
    let loops = (try TestLoop(), try TestLoop())
    var options = AgenTaoServer.Configuration()
    options.profile = profile
    options.apiKey = Secret("conformance-key")
    options.plans = [plan]
    options.faults = faults
    let server = try AgenTaoServer(loop: loops.0.loop, configuration: options)
    var configuration = try AgenTaoConfiguration(
      apiKey: "conformance-key", connectorID: "simulated-connector",
      endpoint: "ws://127.0.0.1:\(server.port)", call: settings)
    if profile == .nvp1 { configuration.wire = AgenTaoNVP() }
    let client = try AgenTaoClient(configuration: configuration, loop: loops.1.loop)
    let serving = Task { try? await client.run() }
    defer { serving.cancel() }
    try await within(limit) {
      let arrived = await client.incomingCalls.first { _ in true }
      let call = try #require(arrived)
      let events = Task {
        var seen: [AgenTaoCallEvent] = []
        for await case .platform(let event as AgenTaoCallEvent) in call.events {
          seen.append(event)
        }
        return seen
      }
      let stage = ConformanceStage(call: call, client: client, server: server, events: events)
      try await body(stage)
    }
    await client.disconnect()
    await server.stop()
    try await within(.seconds(10)) { await serving.value }
  }

  /// Runs `body` and gives up on it after `limit`.
  static func within<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: limit)
        throw Overdue()
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw Overdue() }
      return first
    }
  }

  /// The error of a command; nil where it was granted.
  static func error(
    of command: () async throws(AgenTaoCallError) -> Void
  ) async -> AgenTaoCallError? {
    do throws(AgenTaoCallError) {
      try await command()
      return nil
    } catch {
      return error
    }
  }

  /// Speech of which every sample is `value`.
  static func speech(_ count: Int, _ value: Int16) -> AudioFrame {
    AudioFrame(samples: Array(repeating: value, count: count), rate: .hz16000)
  }

  /// The samples of a record.
  static func samples(_ bytes: [UInt8]) -> [Int16] {
    stride(from: 0, to: bytes.count - 1, by: 2).map { index in
      Int16(truncatingIfNeeded: Int(bytes[index]) | Int(bytes[index + 1]) << 8)
    }
  }
}
