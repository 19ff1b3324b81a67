import AudioEngine

/// What a load showed. Durations are in milliseconds where their names say so.
public struct LoadReport: Hashable, Sendable {
  /// The time in which all calls were up.
  public struct Window: Hashable, Sendable {
    var began = MonotonicTime.zero
    /// How long it was.
    public var length: Duration = .zero
    /// Messages both ways.
    public var messages = 0
    /// Processor time that the server took; nil where it was not asked for.
    public var processor: Duration?
    /// Resident memory for each call beyond what the server had without any; nil where not asked for.
    public var memoryPerCall: Int?
  }

  /// Calls that were placed.
  public var calls = 0
  /// Calls that came up and stayed to their end.
  public var completed = 0
  /// Why others did not, and how many.
  public var failures: [String: Int] = [:]
  /// Close codes and how many.
  public var closeCodes: [UInt16: Int] = [:]
  /// The time in which all calls were up.
  public var window = Window()
  /// Media messages sent.
  public var sent = 0
  /// Media messages received.
  public var received = 0
  /// How late the bot's messages came: each measured from the earliest of its call, for its place.
  public var lateness = LatenessTable()
  /// How late the load itself was.
  public var ownLateness = LatenessTable()
  /// From the opening of the socket to the first audio.
  public var firstAudio = LatenessTable()
  /// How often callers spoke over the bot.
  public var interruptions = 0
  /// From the first message of each interruption to the clear, where one came.
  public var reaction = LatenessTable()
  /// Media messages after a clear.
  public var stale = 0
  /// Times that a caller's ear ran dry.
  public var gaps = 0
  /// Silence that callers heard there.
  public var silence: Duration = .zero
  /// Audio that an echo did not give back.
  public var lost: Duration = .zero
  /// Messages that some other call should have heard.
  public var foreign = 0
  /// Audio that came to the caller who got least of it, whether it was heard or cleared.
  public var leastHeard: Duration = .zero

  init(_ plan: LoadPlan, _ all: [LoadCall], _ window: Window) {
    self.window = window
    calls = plan.calls
    let wire = plan.provider.wire
    var silent: Int64 = 0
    var lostBytes = 0
    for call in all {
      switch call.end {
      case .closed(let code):
        closeCodes[code, default: 0] += 1
        completed += 1
      case .failed(let reason): failures[reason.isEmpty ? "broken" : reason, default: 0] += 1
      case nil: failures["did not end", default: 0] += 1
      }
      sent += call.sentMessages
      received += call.ear.messages
      lateness.add(call.ear.lateness())
      ownLateness.add(call.ownLateness)
      if let first = call.firstAudio { firstAudio.add(first) }
      interruptions += call.interruptions.made
      for reaction in call.interruptions.reactions { self.reaction.add(reaction) }
      stale += call.interruptions.stale
      foreign += call.foreign
      gaps += call.ear.gaps
      silent += call.ear.silence
      if plan.bot == .echoes { lostBytes += max(call.expectedBytes - call.ear.bytes, 0) }
    }
    if all.count < plan.calls {
      failures["never placed", default: 0] += plan.calls - all.count
    }
    silence = .nanoseconds(silent)
    leastHeard = .nanoseconds(
      wire.nanoseconds(byteCount: all.reduce(nil) { min($0 ?? .max, $1.ear.bytes) } ?? 0))
    lost = .nanoseconds(wire.nanoseconds(byteCount: lostBytes))
  }

  /// Whether every call lasted and heard all of its audio without a gap.
  public var isClean: Bool {
    completed == calls && gaps == 0 && lost == .zero && foreign == 0 && stale == 0
  }

  /// Server processor time for each message, both ways counted.
  public var processorPerMessage: Duration? {
    guard let processor = window.processor, window.messages > 0 else { return nil }
    return .nanoseconds(processor.wholeNanoseconds / Int64(window.messages))
  }
}
