import BotTransport
import Foundation

/// Puts a caller through to the callee; when nobody picks up, the call is still there, and the caller
/// hears so instead of silence.
///
///     swift run sidetone agentao-server --scenario unanswered --port 8080
///     WSS_API_KEY=any WSS_CONNECTOR_UUID=simulated-connector AGENTAO_URL=ws://127.0.0.1:8080 \
///       swift run AgenTaoUnansweredConnect
@main struct AgenTaoUnansweredConnect {
  static func main() async throws {
    let environment = ProcessInfo.processInfo.environment
    let loop = try EventLoop(name: "agentao")
    loop.start()
    let configuration = try AgenTaoConfiguration(
      apiKey: environment["WSS_API_KEY"], connectorID: environment["WSS_CONNECTOR_UUID"],
      endpoint: environment["AGENTAO_URL"] ?? AgenTaoConfiguration.vendorEndpoint)
    let client = try AgenTaoClient(configuration: configuration, loop: loop)
    async let calls: Void = client.handleIncomingCalls { call in
      do {
        try await putThrough(call)
      } catch {
        print("\(call.id): \(error)")
      }
    }
    try await client.run()
    await calls
  }

  /// Two attempts of 20 s, then the caller is told; a call that is over ends all of it.
  static func putThrough(_ call: AgenTaoCall) async throws(AgenTaoCallError) {
    try await call.answer()
    for _ in 1...2 {
      do throws(AgenTaoCallError) {
        try await call.connect(ringTime: .seconds(20), mode: .spy)
        // Caller and callee talk; nobody needs the bot.
        try await call.close()
        return
      } catch {
        guard error.isUnanswered else { throw error }
        print("\(call.id): \(error)")
      }
    }
    _ = try? await call.play(WaveFile(rate: .hz8000, samples: Self.twoTones))
    try await call.disconnect()
  }

  /// Stands in for recorded words: two falling tones.
  private static let twoTones = tone(hertz: 880) + tone(hertz: 660)

  private static func tone(hertz: Double) -> [Int16] {
    (0..<3_200).map { index in
      let phase: Double = 2 * .pi * hertz * Double(index) / 8_000
      return Int16(8_000 * sin(phase))
    }
  }
}
