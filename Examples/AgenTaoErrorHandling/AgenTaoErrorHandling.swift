import BotTransport
import Foundation

/// Every error a call of AgenTao's can give, at the place where it is met.
///
///     swift run sidetone agentao-server --port 8080 --rate 24000
///     WSS_API_KEY=any WSS_CONNECTOR_UUID=simulated-connector AGENTAO_URL=ws://127.0.0.1:8080 \
///       swift run AgenTaoErrorHandling
@main struct AgenTaoErrorHandling {
  static func main() async {
    let environment = ProcessInfo.processInfo.environment
    do {
      let loop = try EventLoop(name: "agentao")
      loop.start()
      let configuration = try AgenTaoConfiguration(
        apiKey: environment["WSS_API_KEY"], connectorID: environment["WSS_CONNECTOR_UUID"],
        endpoint: environment["AGENTAO_URL"] ?? AgenTaoConfiguration.vendorEndpoint)
      let client = try AgenTaoClient(configuration: configuration, loop: loop)
      async let calls: Void = client.handleIncomingCalls { await serve($0) }
      try await client.run()
      await calls
    } catch let error as AgenTaoConnectionError {
      switch error {
      case .authentication(let failure): print("check the credentials: \(failure)")
      case .versionUnsupported: print("this client is too old for the server: \(error)")
      default: print("no connection: \(error)")
      }
    } catch {
      print("cannot start: \(error)")
    }
  }

  /// Gives callers their own voice back, until something stops that.
  static func serve(_ call: AgenTaoCall) async {
    do throws(AgenTaoCallError) {
      try await call.answer()
    } catch {
      switch error {
      case .commandRejected(let code, let message): print("not answered: \(code), \(message)")
      case .commandTimedOut: print("the server did not say whether the call was answered")
      case .closed(let reason): return print("the caller was quicker: \(reason)")
      default: print("not answered: \(error)")
      }
      _ = try? await call.close()
      return
    }
    for await frame in call.audio {
      do throws(AgenTaoSendError) {
        try await call.send(frame)
      } catch {
        switch error {
        case .bufferFull(let capacity, let queued):
          // Only under FullQueuePolicy.refuse: the newest words matter more than the oldest.
          print("\(queued) of \(capacity) bytes wait: dropped")
          _ = try? await call.clearAudio()
        case .bufferClosed, .callClosed:
          return
        default:
          return print("cannot speak: \(error)")
        }
      }
    }
    print("over: \(await call.waitUntilTerminated())")
    if let failure = await call.mediaFailure { print("the media link failed: \(failure)") }
  }
}
