import AudioEngine
import CallSimulator
import Foundation

/// The report of a load as a page of its own: how late audio came, by the share of messages, and all figures.
struct LoadPage {
  private let report: LoadReport
  private let plan: LoadPlan

  /// Shares of what was measured, each a tenth of the rest before it.
  private static let shares = [
    0.0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999,
  ]
  private static let width = 900.0
  private static let height = 300.0
  private static let left = 70.0

  init(_ report: LoadReport, _ plan: LoadPlan) {
    self.report = report
    self.plan = plan
  }

  var html: Data {
    let verdict = report.isClean ? "pass" : "fail"
    var body = [
      "<h1>\(report.calls) calls at once</h1>",
      "<p class=\"verdict \(verdict)\">verdict: \(verdict)</p>",
    ]
    let tables = [
      ("heard", "the bot's audio, later than the earliest of its call", report.lateness),
      ("said", "the load's own messages, later than they were due", report.ownLateness),
      ("answer", "the first audio, after the socket opened", report.firstAudio),
      ("cut", "the clear, after the caller spoke over the bot", report.reaction),
    ].filter { $0.2.count > 0 }
    body += plot(tables)
    body += [
      "<p class=\"legend\">How many milliseconds a share of them does not exceed; to the right each step is a tenth of those that are "
        + "left.</p>"
    ]
    body += HTMLText.table(
      ["ms", "half", "90 %", "99 %", "99.9 %", "most", "of"],
      tables.map { _, name, table in
        [name] + [0.5, 0.9, 0.99, 0.999].map { text(table.quantile($0)) }
          + [text(table.maximum), table.count.grouped]
      }, caption: "How late")
    let lines = LoadText.lines(report, plan).map { $0.trimmingCharacters(in: .whitespaces) }
    body.append("<h2>Figures</h2>")
    body.append("<ul>")
    body += lines.dropLast().filter { !$0.isEmpty }.map { "<li>\(HTMLText.escaped($0))</li>" }
    body.append("</ul>")
    return Data(HTMLText.page("\(verdict): \(report.calls) calls", body).utf8)
  }

  private func text(_ duration: Duration) -> String {
    "\((duration.inMilliseconds * 10).rounded() / 10)"
  }

  /// Where a share lies: 0, 0.9, 0.99 and so on at even steps.
  private func x(_ share: Double) -> Double {
    let steps = -log10(max(1 - share, 1e-5))
    return Self.left + steps / 5 * (Self.width - Self.left - 20)
  }

  /// Where a duration lies, from a tenth of a millisecond to `most` by its logarithm.
  private func y(_ duration: Duration, _ most: Double) -> Double {
    let steps = log10(max(duration.inMilliseconds, 0.1) / 0.1) / log10(most / 0.1)
    return (Self.height - 40) - steps * (Self.height - 60)
  }

  private func plot(_ tables: [(kind: String, name: String, table: LatenessTable)]) -> [String] {
    guard !tables.isEmpty else { return [] }
    let longest = tables.map(\.table.maximum.inMilliseconds).max() ?? 1
    let most = pow(10, log10(max(longest, 1)).rounded(.up))
    let words = tables.map { "\($0.name): half \(text($0.table.quantile(0.5))) ms" }
    var lines = [
      "<div class=\"picture\"><svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
        + "aria-label=\"\(HTMLText.escaped(words.joined(separator: "; ")))\">"
    ]
    for share in [0, 0.9, 0.99, 0.999, 0.9999] {
      lines.append(
        "<line class=\"axis\" x1=\"\(x(share))\" x2=\"\(x(share))\" y1=\"20\" y2=\"\(Self.height - 40)\"/>"
          + "<text x=\"\(x(share))\" y=\"\(Self.height - 24)\">\(share == 0 ? "all" : "\(((share * 1e6).rounded() / 1e4)) %")</text>"
      )
    }
    var level = 0.1
    while level <= most {
      let place = y(.microseconds(Int(level * 1_000)), most)
      lines.append(
        "<line class=\"axis\" x1=\"\(Self.left)\" x2=\"\(Self.width - 20)\" y1=\"\(place)\" y2=\"\(place)\"/>"
          + "<text x=\"0\" y=\"\(place + 4)\">\(level < 1 ? "0.1" : "\(Int(level))") ms</text>")
      level *= 10
    }
    for (index, curve) in tables.enumerated() {
      let reached = Self.shares.filter { Double(curve.table.count) * (1 - $0) >= 1 }
      let points =
        reached.map { "\(x($0)),\(y(curve.table.quantile($0), most))" }
        + ["\(x(1 - 1 / Double(curve.table.count + 1))),\(y(curve.table.maximum, most))"]
      lines.append(
        "<polyline class=\"curve \(curve.kind)\" points=\"\(points.joined(separator: " "))\">"
          + "<title>\(HTMLText.escaped(curve.name))</title></polyline>"
          + "<text class=\"\(curve.kind)\" x=\"\(Self.left + 12)\" y=\"\(34 + 15 * index)\">\(HTMLText.escaped(curve.name))</text>"
      )
    }
    return lines + ["</svg></div>"]
  }
}
