/// One call that an ``AgenTaoServer`` lets arrive, and what its parties do.
public struct AgenTaoPlan: Hashable, Sendable {
  /// The caller's number.
  public var from = "+6580000001"
  /// The number that was called.
  public var to = "+6560000002"
  /// What the caller says from the answer on.
  public var caller = AgenTaoServer.Voice.tone(hertz: 400)
  /// What the callee says from the connection on.
  public var callee = AgenTaoServer.Voice.silence
  /// How long after a client is ready the call arrives.
  public var arrivesAfter: Duration = .zero
  /// The caller hangs up so long after the answer or the connection; nil for one who stays on.
  public var hangsUpAfter: Duration?
  /// A caller whom nobody answers gives up after so long; nil for one who waits.
  public var givesUpAfter: Duration?
  /// What becomes of each `connect`, in order; the last one goes for all that follow.
  public var rings: [AgenTaoServer.Ring] = [.answered(after: .milliseconds(200))]

  /// A call from a tone, which stays on.
  public init() {}
}
