import Dispatch
import Glibc

/// Hears the signals that ask a program to end: SIGINT (Ctrl-C) and SIGTERM.
///
/// While one exists the signals no longer end the process. Make one per process.
public final class SignalWatcher: Sendable {
  /// A signal that arrived.
  public struct Arrival: Sendable, Equatable {
    /// `SIGINT` or `SIGTERM`.
    public let signal: Int32
    /// 1 for the first signal of either kind, 2 for the second: time to end at once.
    public let ordinal: Int
  }

  /// The signals as they arrive. For one reader; ends never, so break out of the loop over it.
  public let arrivals: AsyncStream<Arrival>
  private let counter: Counter

  /// Watches SIGINT and SIGTERM.
  public convenience init() {
    self.init([SIGINT, SIGTERM])
  }

  /// Watches the signals with these numbers.
  public init(_ signals: [Int32]) {
    let (arrivals, continuation) = AsyncStream<Arrival>.makeStream(
      // More than a few come only from someone who leans on the key.
      bufferingPolicy: .bufferingOldest(8))
    self.arrivals = arrivals
    counter = Counter(signals, continuation)
  }

  deinit { counter.cancel() }

  /// Signals that end a program by default, and that nobody sends to a server to end it: those for a
  /// program's own use (the real-time ones, 34 to 64, among them), of timers and of terminals. Not those of faults, nor the three that end it for
  /// good: SIGINT, SIGTERM and SIGKILL.
  public static var harmless: [Int32] {
    [
      SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGPOLL, SIGPWR,
      SIGSTKFLT, SIGXCPU, SIGXFSZ,
    ] + Array(34...64)
  }

  /// Lets these signals do nothing. One that is watched afterwards is heard all the same.
  public static func ignore(_ signals: [Int32]) {
    for number in signals { _ = signal(number, SIG_IGN) }
  }

  /// Counts on one queue.
  private final class Counter: @unchecked Sendable {
    // Unchecked: `count` is confined to `queue`, and `sources` is set in `init` alone.
    private let queue = DispatchQueue(label: "sidetone.signals")
    private var sources: [any DispatchSourceSignal] = []
    private var count = 0
    private let continuation: AsyncStream<Arrival>.Continuation

    init(_ signals: [Int32], _ continuation: AsyncStream<Arrival>.Continuation) {
      self.continuation = continuation
      let registered = DispatchSemaphore(value: 0)
      for number in signals {
        // Dispatch hears what is ignored otherwise; without this the default would end the process.
        _ = signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { [weak self] in self?.arrived(number) }
        source.setRegistrationHandler { registered.signal() }
        source.activate()
        sources.append(source)
      }
      // Registered by another thread, and ignored until then: a signal that comes at once must not be lost.
      for _ in signals { _ = registered.wait(timeout: .now() + .seconds(1)) }
    }

    private func arrived(_ number: Int32) {
      count += 1
      continuation.yield(Arrival(signal: number, ordinal: count))
    }

    func cancel() {
      for source in sources { source.cancel() }
    }
  }
}
