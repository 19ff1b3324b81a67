import AudioEngine
import CallSimulator

/// The report of a call for people: what was said and heard, the figures, the verdict.
struct ReportText {
  let report: CallReport
  let said: WaveFile
  let heard: WaveFile
  /// Where the heard audio was written.
  let recording: String?
  var unicode = false

  var lines: [String] {
    var lines = ["call to \(report.url) as \(report.provider), \(report.format)", ""]
    if !report.http.isEmpty { lines += web + [""] }
    if report.closeCode != nil { lines += drawing + [""] + figures + [""] }
    if !report.script.isEmpty { lines += steps + [""] }
    lines += report.remarks.map { "  note: \($0)" }
    lines += report.problems.map { "  problem: \($0)" }
    if !report.remarks.isEmpty || !report.problems.isEmpty { lines.append("") }
    lines.append("verdict: \(report.verdict.rawValue)")
    return lines
  }

  private var drawing: [String] {
    let timeline = Timeline(lasting: max(said.duration, heard.duration), unicode: unicode)
    return [
      row("said", timeline.line(of: said)),
      row("heard", timeline.line(of: heard, gaps: report.gaps)),
      row("", timeline.axis),
    ]
  }

  private var figures: [String] { rows.map { row($0.name, $0.text) } }

  /// The figures of a call that came up, a name and a text each.
  var rows: [(name: String, text: String)] {
    func row(_ name: String, _ text: String) -> (name: String, text: String) { (name, text) }
    var rows = [
      row("sent", audio(bytes: report.sentBytes, messages: report.sentMessages)),
      row("received", audio(bytes: report.receivedBytes, messages: chunkCount)),
      row("chunk sizes", chunkSizes),
      row("first audio", report.firstAudioMs.map { "\(ms($0)) after the start" } ?? "none"),
      row("gaps", gaps),
      row("lead", "at most \(ms(report.maxLeadMs)) ahead of the ear"),
      row("marks", "\(report.marks) sent, \(report.marksEchoed) echoed"),
      row("clears", clears),
    ]
    if !report.turns.isEmpty { rows.append(row("turns", turns)) }
    if let ping = report.pingMs { rows.append(row("ping", "answered after \(ping) ms")) }
    if let delay = report.interruptedMs {
      rows.append(row("interrupted", "cleared \(ms(delay)) after the caller's first loud message"))
    }
    if let echo = report.echo {
      rows.append(
        row(
          "echo",
          echo.isExact
            ? "byte for byte, complete"
            : "\(echo.matchedBytes.grouped) of \(echo.expectedBytes.grouped) bytes right"))
    }
    rows.append(row("close", close))
    if let recording { rows.append(row("recording", recording)) }
    return rows
  }

  /// A line a request of the platform's.
  private var web: [String] {
    let most = 40
    let shown = report.http.prefix(most).map { exchange in
      let again = exchange.attempt > 1 ? ", delivery \(exchange.attempt)" : ""
      let answer =
        exchange.status.map { "\($0) after \(ms(exchange.tookMs ?? 0))" }
        ?? exchange.failure ?? "no answer"
      let branch = exchange.branch.map { ", branch \($0)" } ?? ""
      return row(
        exchange.what.padded(to: 15),
        "\(exchange.method) \(exchange.url): \(answer)\(branch)\(again)")
    }
    let rest = report.http.count - most
    return shown + (rest > 0 ? [row("", "and \(rest) more")] : [])
  }

  /// A line a step of the caller's script.
  private var steps: [String] {
    report.script.map { step in
      let at = step.atMs.map { "\($0 / 1_000) s" } ?? (step.passed ? "the end" : "never")
      let seen = step.seen.isEmpty ? "" : ": \(step.seen)"
      return row(
        "step \(step.step)",
        "\(step.passed ? "ok    " : "failed") \(at.padded(to: 9))\(step.does)\(seen)")
    }
  }

  private var turns: String {
    let responses = report.turns.compactMap(\.responseMs)
    let count = "\(report.turns.count), \(responses.count) answered"
    guard let slowest = responses.max() else { return count }
    let shown = responses.prefix(6).map(ms).joined(separator: ", ")
    let rest = responses.count > 6 ? ", ...; the slowest \(ms(slowest))" : ""
    let interrupted = report.turns.count(where: \.interrupted)
    return "\(count) after \(shown)\(rest)"
      + (interrupted > 0 ? "; \(interrupted) interrupted" : "")
  }

  private var chunkCount: Int { report.chunkSizes.values.reduce(0, +) }

  private var chunkSizes: String {
    guard !report.chunkSizes.isEmpty else { return "none" }
    let most = 6
    let sizes = report.chunkSizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    var text = sizes.prefix(most).map { "\($0.value) x \($0.key.grouped)" }.joined(separator: ", ")
    if sizes.count > most { text += ", \(sizes.count - most) other sizes" }
    let count = report.illegalChunks == 0 ? "all legal" : "\(report.illegalChunks) illegal"
    return "\(text); \(count)"
      + (report.policy == .documented ? "" : " (\(report.policy.rawValue))")
  }

  private var gaps: String {
    guard !report.gaps.isEmpty else { return "none" }
    let total = report.gaps.reduce(0) { $0 + $1.durationMs }
    return "\(report.gaps.count), \(ms(total)) in all"
  }

  private var clears: String {
    guard report.clears > 0 else { return "0" }
    return
      "\(report.clears), \(ms(report.clearedMs)) dropped, \(report.staleBytes.grouped) stale bytes"
  }

  private var close: String {
    let code = report.closeCode.map(String.init) ?? "none"
    let side = report.closedBy.map { " by the \($0.rawValue)" } ?? ""
    return code + side + (report.stopped ? " after the stop" : " before the stop")
  }

  private func audio(bytes: Int, messages: Int) -> String {
    let bytesPerSample = report.format.hasPrefix("linear16") ? 2 : 1
    let rate = said.rate.hertz * bytesPerSample
    let seconds = Double(bytes * 100 / rate) / 100
    return "\(bytes.grouped) bytes, \(seconds) s in \(messages.grouped) messages"
  }

  private func ms(_ value: Double) -> String { "\(Int(value.rounded()).grouped) ms" }

  private func row(_ name: String, _ text: String) -> String {
    var line = "  " + name.padded(to: 13) + text
    while line.last == " " { line.removeLast() }
    return line
  }
}
