import AudioEngine
import BotTransport
import Glibc
import TestSupport
import Testing

@testable import CallSimulator

/// Calls over loopback sockets. The caller's audio is sent faster than real time, and nothing here
/// depends on how long anything takes.
@Suite("SimulatedCall") struct SimulatedCallTests {
  private func script(seconds: Double = 0.53, rate: SampleRate = .hz8000) throws -> CallerScript {
    var script = try Sounds.script(seconds: seconds, rate: rate)
    script.speed = 20
    script.tail = .milliseconds(200)
    return script
  }

  private func call(
    port: Int, on loop: TestLoop, script: CallerScript, path: String = "/exotel",
    user: String = "", options: ExotelPlatform.Options = ExotelPlatform.Options(),
    limits: SimulatedCall.Limits = SimulatedCall.Limits()
  ) async throws -> CallOutcome {
    let address = try BotAddress("ws://\(user)127.0.0.1:\(port)\(path)")
    let platform = ExotelPlatform(script: script, options: options)
    return await SimulatedCall(to: address, as: platform, on: loop.loop, limits: limits).run()
  }

  @Test("brings an echo back byte for byte", arguments: SampleRate.telephony)
  func echo(rate: SampleRate) async throws {
    let loop = try TestLoop()
    let port = try loop.listen { _ in .accept(LiveBot(.instantEcho())) }
    let script = try script(seconds: 1.03, rate: rate)
    var options = ExotelPlatform.Options()
    options.rules.expectsEcho = true
    let outcome = try await call(port: port, on: loop, script: script, options: options)
    #expect(outcome.report.problems == [])
    #expect(outcome.report.echo?.isExact == true)
    #expect(outcome.report.sentBytes == script.audio.count)
    #expect(outcome.report.closeCode == 1000 && outcome.report.closedBy == .bot)
    #expect(outcome.report.url == "ws://127.0.0.1:\(port)/exotel")
    let said = Sounds.tone(seconds: 1.03, rate: rate).samples
    let heard = outcome.heard.samples
    let lead = heard.firstIndex { $0 != 0 } ?? 0
    // Compared apart: a failed expectation would print every sample.
    let isComplete = heard.dropFirst(lead).starts(with: said)
    #expect(isComplete)
  }

  @Test("judges what comes over the wire")
  func wrong() async throws {
    let loop = try TestLoop()
    let port = try loop.listen { _ in
      .accept(
        LiveBot(
          .performing([
            (.zero, Wire.media(Sounds.bytes(1_600))), (.zero, .send(.binary(byteCount: 9))),
            (.zero, Wire.text("nonsense")),
          ])))
    }
    let report = try await call(port: port, on: loop, script: script()).report
    #expect(
      report.problemCounts == ["illegalSize": 1, "binaryMessage": 1, "invalidMessage": 1])
  }

  @Test(
    "a caller who hangs up between the upgrade and the start is not kept",
    .timeLimit(.minutes(1)))
  func hangUpBeforeStart() async throws {
    let loop = try TestLoop()
    let port = try loop.listen { _ in .accept(LiveBot(.instantEcho())) }
    let (opened, opening) = AsyncStream<Void>.makeStream()
    let live = try #require(CallerScript(liveAt: .hz8000, as: .linear16))
    let call = SimulatedCall(
      to: try BotAddress("ws://127.0.0.1:\(port)/exotel"),
      as: SlowStarter(base: ExotelPlatform(script: live), opening: opening), on: loop.loop)
    async let outcome = call.run()
    for await _ in opened { break }
    await call.perform(.hangUp)
    await call.perform(.press("1"))
    let report = await outcome.report
    #expect(report.stopped)
    #expect(report.verdict == .pass, "\(report.problems)")
  }

  @Test("sends user and password as Exotel does, and keeps them out of the report")
  func authorization() async throws {
    let loop = try TestLoop()
    let port = try loop.listen { request in
      request.headers["authorization"] == "Basic a2V5OnQva24=" && request.path == "/bot"
        ? .accept(LiveBot(.performing([]))) : .refuse(status: 401, body: "who are you?")
    }
    let report = try await call(
      port: port, on: loop, script: script(), path: "/bot?token=secret", user: "key:t%2Fkn@"
    ).report
    #expect(report.verdict == .pass)
    #expect(report.url == "ws://127.0.0.1:\(port)/bot")
    let stranger = try await call(port: port, on: loop, script: script()).report
    #expect(stranger.problemCounts == ["connection": 1])
    #expect(stranger.problems.first?.contains("401") == true, "\(stranger.problems)")
    #expect(stranger.closeCode == nil)
  }

  @Test("reports a port where nobody listens")
  func nobody() async throws {
    let loop = try TestLoop()
    let other = try TestLoop()
    let port = try other.listen { _ in .refuse(status: 404, body: "") }
    other.loop.stop()
    let report = try await call(port: port, on: loop, script: script()).report
    #expect(report.verdict == .fail)
    #expect(report.problems.first?.hasPrefix("cannot call ws://127.0.0.1:\(port)/exotel") == true)
  }

  @Test("gives up on a server that never answers the upgrade")
  func deaf() async throws {
    let loop = try TestLoop()
    let server = try DeafServer()
    var limits = SimulatedCall.Limits()
    limits.connect = .milliseconds(100)
    let report = try await call(port: server.port, on: loop, script: script(), limits: limits)
      .report
    #expect(report.problemCounts == ["connection": 1])
    #expect(report.problems.first?.hasPrefix("no answer from ws://127.0.0.1") == true)
  }

  @Test("reports a connection that breaks")
  func breaks() async throws {
    let loop = try TestLoop()
    let port = try loop.listen { _ in .accept(BreakingBot()) }
    let report = try await call(port: port, on: loop, script: script()).report
    #expect(report.problemCounts == ["close": 1])
    #expect(report.closeCode == 1006 && !report.stopped)
  }

  @Test("closes the socket itself where the bot does not")
  func leftOpen() async throws {
    let loop = try TestLoop()
    let port = try loop.listen { _ in .accept(LiveBot(ReactiveBot { _, _ in [] })) }
    var options = ExotelPlatform.Options()
    options.rules.closeGrace = .milliseconds(50)
    let report = try await call(port: port, on: loop, script: script(), options: options).report
    #expect(report.verdict == .pass)
    #expect(report.closeCode == 1000 && report.closedBy == .platform && report.stopped)
  }

  @Test("places twenty calls at once on one loop", .inRealTime)
  func concurrent() async throws {
    let loop = try TestLoop()
    let port = try loop.listen { _ in .accept(LiveBot(.instantEcho())) }
    let script = try script()
    let reports = try await withThrowingTaskGroup(of: CallReport.self) { group in
      for _ in 0..<20 {
        group.addTask { try await call(port: port, on: loop, script: script).report }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(reports.count == 20)
    // Whether a busy machine made a gap is not this test's question.
    let problems = reports.flatMap { $0.problemCounts.keys.filter { $0 != "gap" } }
    #expect(problems.isEmpty)
    #expect(reports.allSatisfy { $0.sentBytes == script.audio.count })
  }
}

extension ReactiveBot {
  /// Sends back a legal chunk as soon as it has one, and the rest padded when the caller's last
  /// message, which is not full, has come.
  fileprivate static func instantEcho() -> ReactiveBot {
    var queue: [UInt8] = []
    var fullMessage = 0
    let chunkBytes = 4_800
    return ReactiveBot { event, _ in
      guard case .text(let text) = event else { return [] }
      if Wire.event(text) == "stop" { return [(.zero, .close(code: 1000))] }
      let payload = Wire.payload(text)
      queue += payload
      fullMessage = max(fullMessage, payload.count)
      if !payload.isEmpty, payload.count < fullMessage, queue.count % chunkBytes > 0 {
        queue += Sounds.bytes(chunkBytes - queue.count % chunkBytes, 0)
      }
      var reactions: [Reaction] = []
      while queue.count >= chunkBytes {
        reactions.append((.zero, Wire.media(Array(queue.prefix(chunkBytes)))))
        queue.removeFirst(chunkBytes)
      }
      return reactions
    }
  }
}

/// Cuts the connection at the stream's start.
private final class BreakingBot: WebSocketDelegate, Sendable {
  func socketDidOpen(_ socket: WebSocket) {}
  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    socket.abort(reason: "test")
  }
  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {}
  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep { .nothing }
  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {}
}

/// A port that takes connections and never says a word.
private final class DeafServer: Sendable {
  let port: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe _ = bind(descriptor, address, size)
        unsafe _ = getsockname(descriptor, address, &size)
      }
    }
    _ = listen(descriptor, 8)
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(descriptor) }
}

/// Starts its stream once the caller presses a key.
private struct SlowStarter: SimulatedPlatform {
  var base: ExotelPlatform
  let opening: AsyncStream<Void>.Continuation
  private var mayStart = false

  init(base: ExotelPlatform, opening: AsyncStream<Void>.Continuation) {
    self.base = base
    self.opening = opening
  }

  mutating func opened(at now: MonotonicTime) {
    base.opened(at: now)
    opening.finish()
  }
  mutating func perform(_ act: CallerAct) {
    if case .press = act { mayStart = true }
    base.perform(act)
  }
  mutating func poll(at now: MonotonicTime) -> PlatformAction? {
    mayStart ? base.poll(at: now) : nil
  }
  var nextDeadline: MonotonicTime? { mayStart ? base.nextDeadline : nil }
  mutating func received(_ message: BotMessage, at now: MonotonicTime) {
    base.received(message, at: now)
  }
  mutating func closed(code: Int, by side: CallReport.Side, at now: MonotonicTime) {
    base.closed(code: code, by: side, at: now)
  }
  mutating func failed(_ sentence: String, at now: MonotonicTime) {
    base.failed(sentence, at: now)
  }
  var line: PlayoutLine? { base.line }
  var isOver: Bool { base.isOver }
  func progress(at now: MonotonicTime) -> CallProgress { base.progress(at: now) }
  func report(at now: MonotonicTime) -> CallReport { base.report(at: now) }
  func heard(at now: MonotonicTime) -> WaveFile { base.heard(at: now) }
  var said: WaveFile { base.said }
}
