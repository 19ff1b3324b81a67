import AudioEngine
import CallSimulator
import Foundation
import Telephony

/// The budgets of all streams that were asked for: what is printed, written and held against limits.
struct BudgetReport {
  private struct Stream: Encodable {
    struct Line: Encodable {
      let name: String
      let ms: Double
      let stages: [BudgetStage]
    }

    let platform: String
    let encoding: String
    let rate: Int
    let botRate: Int
    let filter: String
    let primeMs: Int
    let calls: Int
    let budgets: [Line]
  }

  private let options: BudgetOptions
  private var streams: [(plan: StreamPlan, budgets: [Budget])] = []

  /// Measures; says meanwhile what it waits for.
  init(_ options: BudgetOptions, _ tell: (String) -> Void) async throws(UsageError) {
    self.options = options
    let plans = StreamPlan.all(options)
    guard !plans.isEmpty else {
      throw UsageError(
        "no platform that was asked for streams at \(options.rate?.description ?? "-")")
    }
    var live: [String: LiveFigures] = [:]
    for plan in plans {
      if live[plan.platform] == nil, let provider = SimulatedProvider.named(plan.platform) {
        tell("\(plan.platform): a server with \(options.calls) calls, for some seconds")
        live[plan.platform] = try await LiveFigures.measured(calls: options.calls, of: provider)
      }
      streams.append(
        (
          plan,
          Budget.all(
            plan, network: options.network, live: live[plan.platform] ?? LiveFigures())
        ))
    }
  }

  /// For people.
  var lines: [String] {
    streams.flatMap { plan, budgets in
      ["", plan.title]
        + budgets.flatMap { budget in
          [Self.line(budget.kind.rawValue, budget.ms, "")]
            + budget.stages.map {
              Self.line(
                "  \($0.name)", $0.ms, "\(Text.padded($0.basis.rawValue, to: 10))\($0.note)")
            }
        }
    }
  }

  private static func line(_ name: String, _ ms: Double, _ note: String) -> String {
    let number = Text.padded(Text.decimal(ms, 2), to: 9, rightAligned: true)
    let line = "  \(Text.padded(name, to: 26))\(number) ms  \(note)"
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// The sums as a table, a row a stream.
  var table: String {
    let head =
      "| Stream, bot at the wire's rate unless said | "
      + BudgetKind.allCases.map { "\($0.rawValue) | " }.joined()
    let rule = "|---|" + BudgetKind.allCases.map { _ in "---:|" }.joined()
    let rows = streams.map { plan, budgets in
      "| \(plan.title) | " + budgets.map { "\(Text.decimal($0.ms, 1)) ms | " }.joined()
    }
    return ([head, rule] + rows).map { $0.trimmingCharacters(in: .whitespaces) }
      .joined(separator: "\n")
  }

  /// What is longer than it may be, a line each.
  var excesses: [String] {
    streams.flatMap { plan, budgets in
      budgets.compactMap { budget in
        guard let limit = options.limits[budget.kind], budget.ms > limit,
          let worst = budget.worst
        else { return nil }
        return "\(budget.kind.rawValue) takes \(Text.decimal(budget.ms, 1)) ms, more than "
          + "\(Text.decimal(limit, 1)), most of it by: \(worst.name), "
          + "\(Text.decimal(worst.ms, 1)) ms (\(plan.title))"
      }
    }
  }

  /// The same as ``lines`` for programs.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let all = streams.map { plan, budgets in
      Stream(
        platform: plan.platform, encoding: plan.wire.encoding.rawValue,
        rate: plan.wire.rate.hertz, botRate: plan.botRate.hertz,
        filter: plan.filter == .standard ? "standard" : "lowDelay",
        primeMs: plan.playback.prime.wholeMilliseconds, calls: options.calls,
        budgets: budgets.map { Stream.Line(name: $0.kind.rawValue, ms: $0.ms, stages: $0.stages) })
    }
    guard let data = try? encoder.encode(all) else {
      preconditionFailure("a budget's figures are finite")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
