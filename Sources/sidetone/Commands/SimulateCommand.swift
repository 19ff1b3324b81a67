import AudioEngine
import CallSimulator
import Foundation
import Telephony

/// `sidetone simulate`: random calls under a virtual clock, each checked against every promise.
struct SimulateCommand: Command {
  static let name = "simulate"
  static let summary = "check the engine against random calls under a virtual clock"
  static let operands: [Operand] = []
  static let options = [
    Option("--seeds", "COUNT", help: "how many random calls, 1 to 10000000 (default 1000)"),
    Option("--seed", "NUMBER", help: "one call alone, or the first of --seeds"),
    Option("--trace", help: "show all that happens in the call of --seed"),
    Option(
      "--traces", "DIR",
      help: "write each call as a trace that `sidetone replay` runs again: SEED.trace"),
    Option(
      "--html", "FILE.html",
      help: "draw the first call that breaks a promise, made shorter; else the call of --seed"),
    Option(
      "--stalls",
      help:
        "show instead the silence that a host which stalls once a second puts into 12 s of speech"
    ),
    Option(
      "--fleet",
      help:
        "simulate fleets instead, which route calls while nodes die, drain and lose their registry (default 100 seeds)"
    ),
    Option(
      "--nodes", "COUNT",
      help: "with --fleet: nodes of each fleet, 2 to 5000 (default: by the seed)"),
    Option(
      "--json", "FILE", help: "with --fleet: write all figures as JSON; '-' for standard output"),
  ]
  static let notes = """
    Each seed is one call: a platform that plays as one of the known ones does, a
    bot that speaks, is interrupted, pauses and writes late, and a network and a
    host with faults. The same seed is the same call to the byte. A call that breaks
    a promise is made shorter as long as it still does, and shown.

    With --fleet each seed is a minute of a fleet: nodes that die, are cut off, drain or
    run late, a registry that goes away or forgets, bursts of up to 1000 calls/s. It is
    told how evenly calls lie, how many came to a wrong node and how many were refused.

    exit status: 0 every promise was kept, 1 one was broken, 2 wrong usage

    examples:
      sidetone simulate --seeds 10000
      sidetone simulate --seed 4711 --trace
      sidetone simulate --seeds 100 --traces calls
      sidetone simulate --stalls
      sidetone simulate --fleet --seeds 1000 --json fleets.json
    """

  private let seeds: Range<UInt64>
  private let traces: Bool
  private let showsStalls: Bool
  private let folder: String?
  private let page: String?
  private let fleets: FleetSimulation?

  init(_ arguments: Arguments) throws(UsageError) {
    let first = try arguments.integer("--seed", in: 0...(1 << 53))
    let count = try arguments.integer("--seeds", in: 1...10_000_000)
    traces = arguments.flag("--trace")
    showsStalls = arguments.flag("--stalls")
    folder = try arguments.text("--traces")
    page = try arguments.text("--html")
    try SoundFile.checkWritable(page, for: "--html")
    if showsStalls, traces || folder != nil || page != nil || first != nil || count != nil {
      throw UsageError("--stalls stands alone")
    }
    if traces, first == nil || count ?? 1 != 1 {
      throw UsageError("--trace shows one call", advice: "name it: --seed NUMBER --trace")
    }
    let isFleet = arguments.flag("--fleet")
    let start = UInt64(first ?? 0)
    seeds = start..<(start + UInt64(count ?? (first != nil ? 1 : isFleet ? 100 : 1_000)))
    let nodes = try arguments.integer("--nodes", in: 2...5_000)
    let json = try arguments.text("--json")
    try SoundFile.checkWritable(json, for: "--json")
    if !isFleet, nodes != nil || json != nil {
      throw UsageError("--nodes and --json belong to --fleet")
    }
    if isFleet, traces || folder != nil || page != nil || showsStalls {
      throw UsageError(
        "--fleet simulates no call", advice: "leave --trace, --traces, --html and --stalls out")
    }
    fleets = isFleet ? FleetSimulation(seeds: seeds, nodes: nodes, json: json) : nil
  }

  func run() async throws(UsageError) -> ExitStatus {
    if let fleets { return try await fleets.run() }
    if showsStalls { return Self.showStalls() }
    if let folder { return try write(into: folder) }
    if traces {
      let schedule = CallSchedule.random(seed: seeds.lowerBound)
      let outcome = schedule.run { Console.print($0) }
      Console.print(outcome.violation.map { "broken: \($0)" } ?? "every promise was kept")
      return outcome.violation == nil ? .success : .failure
    }
    return try await check()
  }

  /// Writes every call's trace.
  private func write(into folder: String) throws(UsageError) -> ExitStatus {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw UsageError("cannot make \(folder)", advice: "name a folder that can be made")
    }
    var broken = 0
    for seed in seeds {
      let (outcome, trace) = CallSchedule.random(seed: seed).traced()
      try SoundFile.write(Data(trace), to: "\(folder)/\(seed).trace")
      if outcome.violation != nil { broken += 1 }
      Console.status("simulating  \(seed - seeds.lowerBound + 1) of \(seeds.count) calls")
    }
    Console.status("")
    Console.print("\(seeds.count) traces in \(folder)")
    return broken == 0 ? .success : .failure
  }

  /// What the caller hears of a host that stalls.
  private static func showStalls() -> ExitStatus {
    Console.print("silence put into 12 s of speech by one stall a second, worst of 20 phases")
    let ladders = SimulatedProvider.all.compactMap { provider -> StallLadder? in
      let wire = WireFormat(provider.encodings[0], .hz8000)
      return provider.playout.map { StallLadder(platform: $0(wire, .dropped), wire: wire) }
    }
    let names = ladders.map { ladder in
      let chunk = ladder.platform.policy.chunk.preferredBytes
      let length = ladder.wire.nanoseconds(byteCount: chunk) / 1_000_000
      return "\(ladder.platform.name), \(length) ms chunks"
    }
    print("stall", names)
    let climbs = ladders.map { $0.climb() }
    for (index, stall) in StallLadder.stalls.enumerated() {
      print(milliseconds(stall), climbs.map { milliseconds($0[index].inserted) })
    }
    return climbs.joined().allSatisfy { $0.violation == nil } ? .success : .failure
  }

  private static func milliseconds(_ duration: Duration) -> String {
    "\(Int(duration.inMilliseconds.rounded())) ms"
  }

  private static func print(_ name: String, _ cells: [String]) {
    let padded = cells.dropLast().map { $0.padded(to: 26) } + cells.suffix(1)
    Console.print("  " + name.padded(to: 10) + padded.joined())
  }

  private func check() async throws(UsageError) -> ExitStatus {
    let started = ContinuousClock.now
    let result = await ScheduleBatch(seeds: seeds).run { done, total in
      Console.status("simulating  \(done) of \(total) calls")
    }
    let elapsed = ContinuousClock.now - started
    Console.status("")
    let virtual = Int(result.elapsed.inMilliseconds / 3_600_000)
    let seconds = Double(Int(elapsed.inMilliseconds / 10)) / 100
    Console.print(
      "\(result.calls.description) calls, \(virtual) hours of speech and silence, "
        + "\(result.messages) messages in \(seconds) s")
    for failure in result.failures { show(failure) }
    if let page { try draw(result.failures.first, to: page) }
    Console.print(
      result.failures.isEmpty
        ? "every promise was kept" : "\(result.failureCount) calls broke a promise")
    return result.failures.isEmpty ? .success : .failure
  }

  /// Draws what a failure needs, or the first call where all is well.
  private func draw(
    _ failure: ScheduleBatch.Failure?, to page: String
  ) throws(UsageError) {
    let seed = failure?.seed ?? seeds.lowerBound
    var schedule = CallSchedule.random(seed: seed)
    if let failure { schedule = schedule.shrunk(breaking: failure.violation.promise) }
    let (outcome, trace) = schedule.traced()
    guard let read = try? CallTrace(trace) else { throw UsageError("the trace cannot be read") }
    let drawn = TracePage(schedule, seed: seed, violation: outcome.violation, read)
    try SoundFile.write(drawn.html, to: page)
  }

  private func show(_ failure: ScheduleBatch.Failure) {
    Console.print("")
    Console.print("seed \(failure.seed): \(failure.violation)")
    let shrunk = CallSchedule.random(seed: failure.seed).shrunk(breaking: failure.violation.promise)
    Console.print("  the same with less:")
    Console.print("  \(shrunk.setup)")
    for fault in shrunk.faults { Console.print("  fault: \(fault)") }
    let outcome = shrunk.run { Console.print("  " + $0) }
    if let violation = outcome.violation { Console.print("  broken: \(violation)") }
    Console.print("  again: sidetone simulate --seed \(failure.seed) --trace")
  }
}
