import Foundation

/// Some figures on each kind of processor that they were measured on: a column each, the newest run's replaced
/// and the others kept.
enum ProcessorTable {
  /// A row: a group's fastest of ours, and the peer that it is set against.
  private struct Row {
    let name: String
    let label: String
    var variant = ""
    var peer: String?
  }

  static let id = "processors"

  private static let rows =
    ["base64 encode", "base64 decode"].flatMap { name in
      ["160 B", "3,200 B"].map { Row(name: name, label: $0, peer: "memcpy") }
    }
    + ["mu-law encode", "mu-law decode", "A-law encode", "A-law decode"].map {
      Row(name: $0, label: "800 samples", peer: "spandsp")
    }
    + ["resample 8>16", "resample 24>8"].map {
      Row(name: $0, label: "20 ms", variant: "standard", peer: "speexdsp 5")
    }
    + [
      Row(name: "message in, 100 ms", label: "linear16 8000 Hz to 8000 Hz"),
      Row(name: "message in, 100 ms", label: "linear16 8000 Hz to 16000 Hz"),
      Row(name: "message out, 100 ms", label: "8000 Hz to linear16 8000 Hz"),
      Row(name: "message out, 100 ms", label: "24000 Hz to mulaw 8000 Hz"),
      Row(name: "message in and out, 100 ms", label: "linear16 16000 Hz, bot at 16000 Hz"),
    ]

  /// The table with what `report` has measured; the rest, and other processors' columns, as `table` has it.
  ///
  /// - Returns: nil where nothing of it was measured.
  static func text(of report: Report, over table: String) -> String? {
    let measured = rows.map { row in report.group(row.name, row.label).flatMap { cell(row, $0) } }
    guard measured.contains(where: { $0 != nil }) else { return nil }
    var cells = table.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let processor = report.machine.processor
    if cells.count < 2 { cells = [["ns (times as fast as)"], []] }
    let column = cells[0].firstIndex(of: processor) ?? cells[0].count
    let header = cells[0].prefix(column) + [processor] + cells[0].dropFirst(column + 1)
    let known = Dictionary(cells.dropFirst(2).map { ($0.first ?? "", $0) }) { first, _ in first }
    let filled = zip(rows, measured).map { row, cell in
      let title = title(row)
      var line = known[title] ?? [title]
      while line.count < header.count { line.append("-") }
      if let cell { line[column] = cell }
      return line
    }
    return MarkdownTables.table(Array(header), filled)
  }

  private static func title(_ row: Row) -> String {
    [row.name, row.label, row.variant].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private static func cell(_ row: Row, _ result: GroupResult) -> String? {
    // The widest instruction set, which is what a session takes, stands first.
    guard let ours = result.measurements.first(where: { $0.isOurs && $0.variant == row.variant })
    else { return nil }
    let time = Text.nanoseconds(ours.nsMin)
    guard let name = row.peer, let peer = result.measurement(name) else { return time }
    return "\(time) (\(Text.ratio(result.ratio(ours, to: peer)))x \(name))"
  }
}
