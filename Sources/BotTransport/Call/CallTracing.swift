public import AudioEngine

/// Which calls of a server leave a trace, and where.
public struct CallTracing: Sendable {
  /// Which.
  public enum Extent: String, Hashable, Sendable, CaseIterable {
    /// Each call, from its beginning to its end.
    case all
    /// Calls in which something went wrong: the last that their recorder holds, some seconds after. An
    /// underrun, input that cannot be used, a bot that fails, a service level that is missed; or somebody asks.
    case trouble
  }

  /// Which calls.
  public var extent: Extent
  /// Memory of one call's recorder, in bytes.
  public var capacity: Int
  /// Makes what takes a trace, by what the call may be named by. Called on the event loop's thread: it
  /// answers at once.
  public var makeSink: @Sendable (_ names: [String?]) -> any TraceSink

  /// Makes a rule.
  public init(
    _ extent: Extent, capacity: Int = TraceRecorder.minute,
    makeSink: @escaping @Sendable (_ names: [String?]) -> any TraceSink
  ) {
    self.extent = extent
    self.capacity = capacity
    self.makeSink = makeSink
  }
}

/// One call's trace on its way.
struct TraceDuty {
  private let tracing: CallTracing
  private var sink: (any TraceSink)?
  private var troubles = 0
  private var due = MonotonicTime.distantFuture
  private var written = 0

  /// After something went wrong the call goes on for so long before its trace is written.
  private static let aftermath = Duration.seconds(5)
  /// A call in which everything goes wrong is not written for ever.
  private static let most = 3
  /// What is handed on at once.
  private static let piece = 32 << 10

  init(_ tracing: CallTracing) { self.tracing = tracing }

  /// What the newest trace is called; nil where none has been begun.
  var name: String? { sink?.name }

  /// Hands on what is due. Called for each message: names are made where something is.
  mutating func pass(
    _ recorder: TraceRecorder, of names: @autoclosure () -> [String?], at now: MonotonicTime
  ) {
    switch tracing.extent {
    case .all:
      if recorder.waiting >= Self.piece { hand(recorder, names()) }
    case .trouble:
      if recorder.troubles > troubles, due == .distantFuture { due = now + Self.aftermath }
      troubles = recorder.troubles
      if now >= due { write(recorder, names()) }
    }
  }

  /// The call is over.
  mutating func finish(_ recorder: TraceRecorder, of names: [String?], at now: MonotonicTime) {
    pass(recorder, of: names, at: now)
    switch tracing.extent {
    case .all:
      hand(recorder, names)
      sink?.finish()
    case .trouble:
      if due < .distantFuture { write(recorder, names) }
    }
  }

  private mutating func hand(_ recorder: TraceRecorder, _ names: [String?]) {
    let sink = self.sink ?? begin(recorder, names)
    sink.take(recorder.takeAll())
  }

  private mutating func begin(_ recorder: TraceRecorder, _ names: [String?]) -> any TraceSink {
    let sink = tracing.makeSink(names)
    sink.take(recorder.preamble.bytes)
    self.sink = sink
    return sink
  }

  private mutating func write(_ recorder: TraceRecorder, _ names: [String?]) {
    due = .distantFuture
    guard written < Self.most else { return }
    written += 1
    let sink = tracing.makeSink(names)
    sink.take(recorder.trace)
    sink.finish()
    self.sink = sink
  }
}
