import AudioEngine

/// One call over a real socket.
public struct SimulatedCall {
  private let address: BotAddress
  private var platform: any SimulatedPlatform

  /// Makes a call that has not been placed.
  public init(to address: BotAddress, as platform: any SimulatedPlatform) {
    self.address = address
    self.platform = platform
  }

  /// Places the call and waits for its end.
  public func run(_ progress: @escaping @Sendable (CallProgress) -> Void) async -> CallOutcome {
    var platform = platform
    platform.failed("no connection", at: .zero)
    return CallOutcome(report: platform.report(at: .zero), heard: platform.heard(at: .zero))
  }
}
