import Fleet
import Foundation

/// `sidetone simulate --fleet`: random fleets under the virtual clock, their router checked against what it promises.
struct FleetSimulation {
  let seeds: Range<UInt64>
  let nodes: Int?
  let json: String?

  func run() async throws(UsageError) -> ExitStatus {
    let started = ContinuousClock.now
    let result = await FleetBatch(seeds: seeds, nodes: nodes).run { done, total in
      Console.status("simulating  \(done) of \(total) fleets")
    }
    Console.status("")
    var lines = text(of: result, in: ContinuousClock.now - started)
    if seeds.count == 1 { lines += faults(of: seeds.lowerBound) }
    for outcome in result.broken.prefix(12) {
      lines += ["", "seed \(outcome.seed), \(outcome.nodes) nodes: \(outcome.violation ?? "")"]
      lines +=
        faults(of: outcome.seed) + [
          "  again: sidetone simulate --fleet --seed \(outcome.seed)\(size)"
        ]
    }
    let broken = result.broken.count
    lines.append(broken == 0 ? "every promise was kept" : "\(broken) fleets broke a promise")
    if let json { try SoundFile.write(Data(result.prettyJSON.utf8), to: json) }
    let all = lines.joined(separator: "\n")
    if json == "-" { Console.complain(all) } else { Console.print(all) }
    return broken == 0 ? .success : .failure
  }

  private var size: String { nodes.map { " --nodes \($0)" } ?? "" }

  private func text(of result: FleetBatch.Result, in elapsed: Duration) -> [String] {
    let asked = result.total(\.asked)
    let sizes = result.fleets.map(\.nodes)
    func part(_ count: Int) -> String {
      String(format: "%d (%.3f %%)", count, 100 * Double(count) / Double(max(asked, 1)))
    }
    let reasons = result.itself.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return [
      "\(result.fleets.count) fleets of \(sizes.min() ?? 0) to \(sizes.max() ?? 0) nodes, a minute each: \(asked) calls"
        + " in \(elapsed.components.seconds) s",
      "  answered    best of two \(part(result.total(\.routed))), itself: "
        + (reasons.isEmpty ? "never" : reasons.joined(separator: ", ")),
      "  misroutes   \(part(result.total(\.misroutes))): to dead nodes \(result.total(\.toDead)), "
        + "to draining ones \(result.total(\.toDraining)), to full ones \(result.total(\.toFull))",
      "  refused     \(part(result.total(\.refused))), of them while a twentieth of the fleet was free: "
        + "\(result.total(\.refusedWithRoom))",
      "  lost        \(result.total(\.lost)) calls ended with their node; the last call to a node that was dead, "
        + "late or draining: \(result.fleets.map(\.longestBlindMs).max() ?? 0) ms after",
      String(
        format:
          "  imbalance   p99 / mean of the nodes' use: %.2f at the median fleet, %.2f at the worst;"
          + " with faults %.2f, %.2f",
        result.quantile(0.5, of: \.quietImbalance), result.quantile(1, of: \.quietImbalance),
        result.quantile(0.5, of: \.worstImbalance), result.quantile(1, of: \.worstImbalance)),
    ]
  }

  private func faults(of seed: UInt64) -> [String] {
    let schedule = FleetSchedule.random(seed: seed, nodes: nodes)
    return [
      String(
        format: "  %.0f %% of %d calls in use, calls of %d s",
        schedule.use * 100, schedule.capacities.reduce(0, +),
        Int(schedule.meanCall.components.seconds))
    ] + schedule.faults.map { "  fault: at \($0)" }
  }
}
