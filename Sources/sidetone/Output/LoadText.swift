import AudioEngine
import CallSimulator
import Foundation

/// A load's report as people read it, and as JSON.
enum LoadText {
  static func lines(_ report: LoadReport, _ plan: LoadPlan) -> [String] {
    var lines: [String] = []
    func add(_ name: String, _ text: String) { lines.append("  " + name.padded(to: 14) + text) }
    add("calls", "\(report.completed) of \(report.calls) lasted to their end")
    for (reason, count) in report.failures.sorted(by: { $0.key < $1.key }) {
      add("failed", "\(count) x \(reason)")
    }
    let codes = report.closeCodes.sorted { $0.key < $1.key }.map { "\($0.value) x \($0.key)" }
    if !codes.isEmpty { add("close", codes.joined(separator: ", ")) }
    add("messages", "\(report.sent) sent, \(report.received) received")
    add("lateness", spread(report.lateness))
    add("of the load", spread(report.ownLateness))
    add("first audio", spread(report.firstAudio))
    add("gaps", report.gaps == 0 ? "none" : "\(report.gaps), \(text(report.silence)) in all")
    if plan.bot == .echoes {
      add("lost", report.lost == .zero ? "nothing" : text(report.lost) + " of audio")
      if report.foreign > 0 { add("foreign", "\(report.foreign) messages of other calls") }
    }
    if report.interruptions > 0 {
      add(
        "clear after",
        "\(spread(report.reaction)) for \(report.reaction.count) of "
          + "\(report.interruptions) interruptions")
      add("stale", "\(report.stale) messages after the clear")
    }
    if let processor = report.window.processor, let each = report.processorPerMessage {
      let share = processor.inMilliseconds / max(report.window.length.inMilliseconds, 1)
      add(
        "processor",
        "\(rounded(share * 100)) % of one, \(rounded(each.inMilliseconds * 1_000)) us a message, "
          + "\(rounded(share * 1_000_000 / Double(max(report.calls, 1)))) us a second and call")
    }
    if let memory = report.window.memoryPerCall { add("memory", "\(memory / 1_024) KiB a call") }
    lines.append("")
    lines += report.remarks.map { "  note: \($0)" }
    lines += report.problems.map { "  problem: \($0)" }
    if !report.remarks.isEmpty || !report.problems.isEmpty { lines.append("") }
    lines.append("verdict: " + (report.isClean ? "pass" : "fail"))
    return lines
  }

  static func json(_ report: LoadReport) throws -> Data {
    func figures(_ table: LatenessTable) -> [String: Double] {
      [
        "count": Double(table.count), "p50Ms": table.quantile(0.5).inMilliseconds,
        "p99Ms": table.quantile(0.99).inMilliseconds,
        "p999Ms": table.quantile(0.999).inMilliseconds, "maxMs": table.maximum.inMilliseconds,
      ]
    }
    var object: [String: Any] = [
      "calls": report.calls, "completed": report.completed, "failures": report.failures,
      "sent": report.sent, "received": report.received, "lateness": figures(report.lateness),
      "ownLateness": figures(report.ownLateness), "firstAudio": figures(report.firstAudio),
      "interruptions": report.interruptions, "clearAfter": figures(report.reaction),
      "staleMessages": report.stale,
      "gaps": report.gaps, "silenceMs": report.silence.inMilliseconds,
      "lostMs": report.lost.inMilliseconds, "foreignMessages": report.foreign,
      "leastHeardMs": report.leastHeard.inMilliseconds,
      "windowMs": report.window.length.inMilliseconds, "windowMessages": report.window.messages,
      "policy": report.policy.rawValue, "problems": report.problems,
      "problemCounts": report.problemCounts, "remarks": report.remarks,
      "verdict": report.isClean ? "pass" : "fail",
    ]
    object["closeCodes"] = Dictionary(
      report.closeCodes.map { ("\($0.key)", $0.value) }, uniquingKeysWith: +)
    object["processorMs"] = report.window.processor?.inMilliseconds
    object["processorPerMessageUs"] = report.processorPerMessage.map { $0.inMilliseconds * 1_000 }
    object["memoryPerCallBytes"] = report.window.memoryPerCall
    return try JSONSerialization.data(
      withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
  }

  private static func spread(_ table: LatenessTable) -> String {
    guard table.count > 0 else { return "none" }
    return "p50 \(text(table.quantile(0.5))), p99 \(text(table.quantile(0.99))), "
      + "p99.9 \(text(table.quantile(0.999))), at most \(text(table.maximum))"
  }

  private static func text(_ duration: Duration) -> String {
    rounded(duration.inMilliseconds) + " ms"
  }

  private static func rounded(_ value: Double) -> String {
    value >= 100 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
  }
}
