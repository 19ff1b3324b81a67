import CallSimulator
import Foundation
import Telephony

/// A call's verdict in the XML that CI services read: one test case, failed with every problem's sentence.
enum JUnitReport {
  static func xml(_ report: CallReport) -> Data {
    let seconds = "\(report.durationMs / 1_000)"
    let failures = report.problems.isEmpty ? 0 : 1
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<testsuite name="sidetone call" tests="1" failures="\#(failures)" errors="0" time="\#(seconds)">"#,
      #"  <testcase classname="sidetone.call.\#(XMLText.escaped(report.provider))" name="\#(XMLText.escaped(report.url))" time="\#(seconds)">"#,
    ]
    if let first = report.problems.first {
      let all = report.problems.map(XMLText.escaped).joined(separator: "\n")
      lines.append(#"    <failure message="\#(XMLText.escaped(first))">\#(all)</failure>"#)
    }
    if !report.remarks.isEmpty {
      let all = report.remarks.map(XMLText.escaped).joined(separator: "\n")
      lines.append("    <system-out>\(all)</system-out>")
    }
    lines += ["  </testcase>", "</testsuite>", ""]
    return Data(lines.joined(separator: "\n").utf8)
  }
}
