public import BotTransport
import Ground
import RESTClient
import Telephony

/// Sends finished calls to a collector of OpenTelemetry, over OTLP/HTTP in JSON.
///
/// Taking a call costs its loop a lock and an append. A task of Swift's pool sends what waits, a second's worth at a
/// time; while the collector does not answer, it tries again after 1 s, then less often up to every 30 s. What finds
/// no room meanwhile is dropped and counted: a trace is worth no call.
public final class OTLPExporter: CallSpans {
  /// How much waits and is sent at once, and how long is waited.
  public struct Limits: Sendable {
    /// Spans that may wait, some 2 KB each.
    public var waiting = 8_192
    /// Spans of one request; a call with more goes alone.
    public var batch = 512
    /// How long calls gather before they are sent.
    public var delay = Duration.seconds(1)
    /// How long the collector may take to answer.
    public var answer = Duration.seconds(10)
    /// The first pause after a failure; each further one is twice as long.
    public var firstPause = Duration.seconds(1)
    /// The longest pause.
    public var longestPause = Duration.seconds(30)

    /// Makes limits.
    public init() {}
  }

  /// Something that whoever runs the server should know.
  public enum Report: Hashable, Sendable {
    /// The collector does not take spans, for this reason; told once until it does again.
    case failing(reason: String)
    /// It takes them again; so many were dropped so far.
    case restored(dropped: Int)
  }

  private struct State {
    var calls: [FinishedCall] = []
    var counts = SpanCounts()
    var isSending = false
    /// Set when nobody waits for the collector any longer.
    var isOver = false
    var watcher: (@Sendable (Report) -> Void)?
  }

  private enum Outcome {
    case taken(rejected: Int)
    case refused(String)
    case later(String, Duration?)
  }

  private let collector: OTLPCollector
  private let resource: [(String, JSONValue)]
  private let limits: Limits
  private let client = RESTClient(maximumAnswer: 64 << 10)
  private let state = Locked(State())

  /// Makes an exporter; nothing is sent before there is something.
  ///
  /// - Parameters:
  ///   - collector: who takes the spans.
  ///   - service: the service's name, `service.name`.
  ///   - version: the program's version, `service.version`.
  ///   - node: this process among others, `service.instance.id`; nil to leave it out.
  ///   - limits: how much waits, and how long.
  public init(
    _ collector: OTLPCollector, service: String = "sidetone", version: String? = nil,
    node: String? = nil, limits: Limits = Limits()
  ) {
    self.collector = collector
    self.limits = limits
    let facts = [
      ("service.name", service), ("service.version", version), ("service.instance.id", node),
    ]
    resource = facts.compactMap { name, value in OTLPSpans.text(value).map { (name, $0) } }
  }

  /// Has `watcher` told what the collector does, on any thread.
  public func watch(_ watcher: @escaping @Sendable (Report) -> Void) {
    state.withLock { $0.watcher = watcher }
  }

  private func tell(_ report: Report) { state.withLock { $0.watcher }?(report) }

  /// What became of spans so far.
  public var counts: SpanCounts { state.withLock { $0.counts } }

  /// Takes a call; drops it where the spans that wait leave no room.
  public func take(_ call: FinishedCall) {
    let spans = OTLPSpans.count(of: call)
    let begins = state.withLock { state in
      guard !state.isOver, state.counts.waiting + spans <= limits.waiting else {
        state.counts.dropped += spans
        return false
      }
      state.calls.append(call)
      state.counts.waiting += spans
      defer { state.isSending = true }
      return !state.isSending
    }
    if begins { Task.detached { await self.send() } }
  }

  /// Sends what waits, at most for `limit`; what is left then is dropped. Nothing is taken afterwards.
  public func finish(within limit: Duration = .seconds(2)) async {
    let deadline = ContinuousClock.now + limit
    while state.withLock({ $0.isSending }), ContinuousClock.now < deadline {
      await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
    }
    state.withLock { state in
      state.isOver = true
      state.counts.dropped += state.counts.waiting
      state.counts.waiting = 0
      state.calls = []
    }
  }

  private func send() async {
    var failures = 0
    var isTold = false
    try? await Task.sleep(for: limits.delay)
    while let calls = next() {
      let spans = calls.reduce(0) { $0 + OTLPSpans.count(of: $1) }
      switch await offer(calls) {
      case .taken(let rejected):
        took(calls.count, spans, rejected: rejected)
        failures = 0
        if isTold { tell(.restored(dropped: counts.dropped)) }
        isTold = false
      case .refused(let reason):
        // It will not take these at any time: the next may be better.
        took(calls.count, spans, rejected: spans)
        if !isTold { tell(.failing(reason: reason)) }
        isTold = true
      case .later(let reason, let asked):
        if !isTold { tell(.failing(reason: reason)) }
        isTold = true
        failures += 1
        let pause = min(limits.firstPause * (1 << min(failures - 1, 6)), limits.longestPause)
        // Servers that lost a collector together do not come back together.
        let part = Double.random(in: 0.5...1)
        try? await Task.sleep(for: max(pause * part, min(asked ?? .zero, limits.longestPause)))
      }
    }
  }

  private func next() -> [FinishedCall]? {
    state.withLock { state in
      var spans = 0
      let count = state.calls.prefix { call in
        defer { spans += OTLPSpans.count(of: call) }
        return spans == 0 || spans + OTLPSpans.count(of: call) <= limits.batch
      }.count
      guard count > 0 else {
        state.isSending = false
        return nil
      }
      return Array(state.calls.prefix(count))
    }
  }

  private func took(_ calls: Int, _ spans: Int, rejected: Int) {
    let rejected = min(max(rejected, 0), spans)
    state.withLock { state in
      // Nobody waited for them any longer: they are counted as dropped.
      guard !state.isOver else { return }
      state.calls.removeFirst(calls)
      state.counts.waiting -= spans
      state.counts.dropped += rejected
      state.counts.exported += spans - rejected
    }
  }

  private func offer(_ calls: [FinishedCall]) async -> Outcome {
    let body = OTLPSpans.body(calls, resource: resource)
    let headers = [(name: "Content-Type", value: "application/json")] + collector.headers
    let answer: RESTClient.Answer
    do throws(RESTClient.Failure) {
      answer = try await client.send(
        "POST", collector.url, headers: headers, body: Array(body.utf8), within: limits.answer)
    } catch {
      return error == .badURL ? .refused("\(error)") : .later("\(error)", nil)
    }
    switch answer.status {
    case 200..<300: return .taken(rejected: Self.rejected(answer.body))
    // As OTLP/HTTP has it: these may be tried again, no other.
    case 429, 502, 503, 504:
      let asked = answer.headers.first { $0.name.lowercased() == "retry-after" }
      return .later(
        "status \(answer.status)",
        asked.flatMap { Int($0.value) }.map { .seconds(min(max($0, 0), 3_600)) })
    default: return .refused("status \(answer.status)")
    }
  }

  /// Spans that an answer says were not taken, of a request that was.
  private static func rejected(_ body: [UInt8]) -> Int {
    guard let answer = try? JSONValue(String(decoding: body, as: UTF8.self)),
      let count = answer["partialSuccess"]?["rejectedSpans"]
    else { return 0 }
    return count.integer ?? 0
  }
}
