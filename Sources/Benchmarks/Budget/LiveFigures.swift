import AudioEngine
import BotTransport
import CallSimulator
import Sockets

/// What a server on this machine was late by while it carried calls: an echo bot over loopback, its callers
/// in the same process.
struct LiveFigures: Codable {
  /// How late messages came to their callers, in milliseconds.
  var latenessP50 = 0.0
  var latenessP99 = 0.0
  /// From a task elsewhere onto a loop, in milliseconds.
  var handOverP50 = 0.0
  var handOverP99 = 0.0

  /// Carries so many calls of a platform for some seconds.
  ///
  /// - Throws: a sentence where calls failed.
  static func measured(calls: Int, of provider: SimulatedProvider) async throws(UsageError)
    -> LiveFigures
  {
    guard let dialect = provider.load ?? SimulatedProvider.usualOfLoad.load else {
      preconditionFailure("somebody speaks for the callers of a load")
    }
    let loop: EventLoop
    do { loop = try EventLoop(name: "callers", messagesPerLook: .max) } catch {
      throw UsageError("\(error)")
    }
    loop.start()
    defer { loop.stop() }
    let (ports, told) = AsyncStream.makeStream(of: Int.self)
    var configuration = ServerConfiguration()
    configuration.limits.lateness = nil
    let server = BotServer(port: 0, configuration: configuration)
    let serving = Task {
      defer { told.finish() }
      try await server.run(onListening: { told.yield($0) }) { call in
        for await frame in call.audio { try await call.send(frame) }
      }
    }
    defer { serving.cancel() }
    guard let port = await ports.first(where: { _ in true }),
      let address = try? BotAddress("ws://127.0.0.1:\(port)/\(provider.name)")
    else { throw UsageError("no server can listen on this machine's loopback") }
    var plan = LoadPlan(dialect)
    plan.calls = calls
    plan.ramp = .milliseconds(max(500, calls * 5))
    plan.duration = .seconds(4)
    let handOvers = Task { await HandOver(loop: loop).times() }
    let report = await LoadRun(plan, to: address, on: loop).run()
    handOvers.cancel()
    guard report.completed == calls else {
      let why = report.failures.map { "\($0.value) times \($0.key)" }.sorted()
      throw UsageError(
        "\(report.completed) of \(calls) calls were carried: \(why.joined(separator: ", "))")
    }
    var figures = LiveFigures()
    figures.latenessP50 = report.lateness.quantile(0.5).inMilliseconds
    figures.latenessP99 = report.lateness.quantile(0.99).inMilliseconds
    let times = await handOvers.value.sorted()
    if !times.isEmpty {
      figures.handOverP50 = times[times.count / 2].inMilliseconds
      figures.handOverP99 = times[times.count * 99 / 100].inMilliseconds
    }
    return figures
  }
}

/// A place on a loop to which a task of the pool goes.
private actor HandOver {
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
  private nonisolated let loop: EventLoop

  init(loop: EventLoop) { self.loop = loop }

  private func arrived(since sent: MonotonicTime) -> Duration { EventLoop.now - sent }

  /// How long each step took, a few hundred a second, until the task is cancelled.
  @concurrent
  nonisolated func times() async -> [Duration] {
    var times: [Duration] = []
    while !Task.isCancelled, times.count < 100_000 {
      times.append(await arrived(since: EventLoop.now))
      try? await Task.sleep(for: .milliseconds(3))
    }
    return times
  }
}
