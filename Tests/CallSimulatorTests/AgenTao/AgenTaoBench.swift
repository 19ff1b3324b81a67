import AudioEngine
import BotTransport
import CallSimulator
import Telephony
import TestSupport
import Testing

/// A client and a server on loops of their own, connected by sockets.
final class AgenTaoBench: Sendable {
  let server: AgenTaoServer
  let client: AgenTaoClient
  private let serverLoop: TestLoop
  private let clientLoop: TestLoop
  private let serving: Task<AgenTaoConnectionError?, Never>
  private let incoming: AgenTaoIncoming

  static let apiKey = "key-7d0f"

  /// Starts both; `change` may alter the client's configuration.
  init(
    _ profile: AgenTaoServer.Profile = .w1, plans: [AgenTaoPlan] = [],
    faults: AgenTaoFaults = AgenTaoFaults(), apiKey: String = AgenTaoBench.apiKey,
    call: AgenTaoCallConfiguration = AgenTaoCallConfiguration(rate: .hz16000),
    _ change: (inout AgenTaoConfiguration) -> Void = { _ in }
  ) throws {
    serverLoop = try TestLoop()
    clientLoop = try TestLoop()
    var options = AgenTaoServer.Configuration()
    options.profile = profile
    options.apiKey = Secret(Self.apiKey)
    options.plans = plans
    options.faults = faults
    server = try AgenTaoServer(loop: serverLoop.loop, configuration: options)
    var configuration = try AgenTaoConfiguration(
      apiKey: apiKey, connectorID: "simulated-connector",
      endpoint: "ws://127.0.0.1:\(server.port)", call: call)
    if profile == .nvp1 { configuration.wire = AgenTaoNVP() }
    change(&configuration)
    client = try AgenTaoClient(configuration: configuration, loop: clientLoop.loop)
    serving = Task { [client] in
      do throws(AgenTaoConnectionError) {
        try await client.run()
        return nil
      } catch {
        return error
      }
    }
    incoming = AgenTaoIncoming(client.incomingCalls)
  }

  /// The next call that comes in.
  func call() async throws -> AgenTaoCall {
    try await within { [incoming] in try #require(await incoming.next()) }
  }

  /// The next call, answered.
  func answered() async throws -> AgenTaoCall {
    let call = try await call()
    try await within { try await call.answer() }
    return call
  }

  /// Why the client ended; nil where it was told to.
  func ending(within limit: Duration = .seconds(20)) async throws -> AgenTaoConnectionError? {
    try await within(limit) { [serving] in await serving.value }
  }

  /// Ends both.
  func stop() async throws {
    await client.disconnect()
    _ = try await ending()
    await server.stop()
  }
}

/// One reader of a client's calls.
actor AgenTaoIncoming {
  private var iterator: AsyncStream<AgenTaoCall>.Iterator

  init(_ calls: AsyncStream<AgenTaoCall>) { iterator = calls.makeAsyncIterator() }

  func next() async -> AgenTaoCall? {
    var own = iterator
    let call = await own.next(isolation: self)
    iterator = own
    return call
  }
}

/// The error that `body` throws, if it does.
func failure<Failure: Error>(
  of body: () async throws(Failure) -> Void
) async -> Failure? {
  do throws(Failure) {
    try await body()
    return nil
  } catch {
    return error
  }
}
