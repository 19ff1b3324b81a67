import CallSimulator
import Foundation

/// A call's verdict in the XML that CI services read: one test case, failed with every problem's sentence.
enum JUnitReport {
  static func xml(_ report: CallReport) -> Data {
    let seconds = "\(report.durationMs / 1_000)"
    let failures = report.problems.isEmpty ? 0 : 1
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<testsuite name="sidetone call" tests="1" failures="\#(failures)" errors="0" time="\#(seconds)">"#,
      #"  <testcase classname="sidetone.call.\#(text(report.provider))" name="\#(text(report.url))" time="\#(seconds)">"#,
    ]
    if let first = report.problems.first {
      let all = report.problems.map(text).joined(separator: "\n")
      lines.append(#"    <failure message="\#(text(first))">\#(all)</failure>"#)
    }
    if !report.remarks.isEmpty {
      let all = report.remarks.map(text).joined(separator: "\n")
      lines.append("    <system-out>\(all)</system-out>")
    }
    lines += ["  </testcase>", "</testsuite>", ""]
    return Data(lines.joined(separator: "\n").utf8)
  }

  /// Text as XML 1.0 may hold it, in an element or between quotes.
  private static func text(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\t", "\n", "\r": escaped += " "
      case "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"...:
        escaped.unicodeScalars.append(scalar)
      default: escaped += "?"
      }
    }
    return escaped
  }
}
