import Ground

/// A running server as its ``ServerPeers`` see it. Any thread.
public struct ServedCalls: Sendable {
  /// How a server is, for whoever sends it calls.
  public struct Figures: Hashable, Sendable {
    /// Calls that have not ended.
    public var calls: Int
    /// How many there may be; nil where nobody has said.
    public var mostCalls: Int?
    /// Event loops that carry them.
    public var loops: Int
    /// How late the latest of them is, by the measure of ``ServerLimits/lateness``: that budget where it
    /// refuses calls, half of it where it is near, else 0.
    public var lateness: Duration
    /// Whether one of them refuses calls for that.
    public var isLate: Bool
    /// Whether it takes no new calls, or soon will not.
    public var isDraining: Bool
    /// The program's version.
    public var version: String?
  }

  /// Is told what happens; nil for nobody.
  public let log: ServerLog?
  private let version: String?
  private let loops: Int
  private let calls: CallTable
  private let admission: Admission
  private let lateness: LoopLateness

  init(
    _ configuration: ServerConfiguration, _ loops: [EventLoop], _ calls: CallTable,
    _ admission: Admission, _ lateness: LoopLateness
  ) {
    log = configuration.log
    version = configuration.version
    self.loops = loops.count
    self.calls = calls
    self.admission = admission
    self.lateness = lateness
  }

  /// The server as it is now; lateness as of the time before, for loops are asked and not waited for.
  public func figures() -> Figures {
    let late = lateness.latest()
    return Figures(
      calls: calls.count, mostCalls: admission.mostCalls, loops: loops, lateness: late,
      isLate: late > .zero && late >= lateness.budget, isDraining: admission.isLeaving,
      version: version)
  }

  /// Lets word of a backlog reach its stream; false where that is not here.
  @discardableResult
  public func note(_ backlog: BacklogNotice) -> Bool {
    guard let call = calls.newest(of: backlog.stream) else { return false }
    // It may be on another loop.
    Task { await call.noteBacklog(percent: backlog.percent, key: backlog.key) }
    return true
  }

  /// Ends a stream that goes on over a newer socket elsewhere, as one that was replaced here.
  public func replace(_ stream: StreamName) {
    guard let call = calls.newest(of: stream) else { return }
    Task { await call.replace() }
  }

  /// Hangs up every stream that is called `sid`, or whose call is; how many those were.
  public func hangUp(_ sid: String) async -> Int {
    let named = calls.named(sid)
    for call in named { await call.hangUp(reason: "an operator has hung up") }
    return named.count
  }

  /// Takes no more calls; those that run go on.
  public func drain() { admission.drain() }
}
