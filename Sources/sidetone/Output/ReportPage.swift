import CallSimulator
import Foundation

/// The report of a call as a page of its own: the picture, the verdict, what is wrong and why, the figures.
/// It holds all that it shows; no script is needed to read it.
struct ReportPage {
  private let text: ReportText

  /// Rows of a table; a call of hours has more turns than anybody reads.
  private static let mostRows = 200

  /// Makes a page of a report.
  init(_ text: ReportText) {
    self.text = text
  }

  var html: Data {
    let report = text.report
    var body = [
      "<h1>Call to \(HTMLText.escaped(report.url)) as \(HTMLText.escaped(report.provider)), \(HTMLText.escaped(report.format))</h1>",
      "<p class=\"verdict \(report.verdict.rawValue)\">verdict: \(report.verdict.rawValue)</p>",
    ]
    body += list("problem", report.problems) + list("note", report.remarks)
    if report.closeCode != nil {
      let picture = CallPicture(
        said: text.said, heard: text.heard, report: report)
      body += picture.svg
      body.append(
        "<p class=\"legend\">On one axis from the stream's start. Red fields are gaps in the caller's ear, red lines "
          + "clears, short lines marks, yellow bars the silence between the caller's last word and the answer.</p>"
      )
      body += HTMLText.table([], text.rows.map { [$0.name, $0.text] }, caption: "Figures")
    }
    body += HTMLText.table(
      ["caller stopped", "answer heard", "response", ""],
      report.turns.prefix(Self.mostRows).map { turn in
        [
          ms(turn.speechEndMs), turn.firstSoundMs.map(ms) ?? "never", turn.responseMs.map(ms) ?? "",
          turn.interrupted ? "interrupted" : "",
        ]
      }, caption: "Turns")
    body += HTMLText.table(
      ["step", "", "over at", "seen"],
      report.script.map { step in
        [
          "\(step.step) \(step.does)", step.passed ? "as written" : "not as written",
          step.atMs.map(ms) ?? "never", step.seen,
        ]
      }, caption: "The caller's script")
    body += HTMLText.table(
      ["at", "length", "heard as"],
      report.gaps.prefix(Self.mostRows).map { gap in
        [ms(gap.atMs), ms(gap.durationMs), gap.audible ? "a hole in speech" : "a pause"]
      }, caption: "Gaps")
    body += HTMLText.table(
      ["at", "what"],
      report.audioFindings.prefix(Self.mostRows).map { [ms($0.atMs), $0.sentence] },
      caption: "The audio itself")
    return Data(HTMLText.page("\(report.verdict.rawValue): \(report.url)", body).utf8)
  }

  private func list(_ name: String, _ sentences: [String]) -> [String] {
    guard !sentences.isEmpty else { return [] }
    return ["<ul>"]
      + sentences.map { "<li><strong>\(name)</strong>: \(HTMLText.escaped($0))</li>" } + ["</ul>"]
  }

  private func ms(_ value: Double) -> String { "\(Int(value.rounded()).grouped) ms" }
}
