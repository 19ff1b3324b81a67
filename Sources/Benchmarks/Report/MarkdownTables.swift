/// The tables of BENCHMARKS.md, by the names of their markers.
enum MarkdownTables {
  /// Every table for which all of its figures were measured.
  static func all(of report: Report) -> [(id: String, tables: String)] {
    var tables: [(String, String)] = []
    if report.isWhole {
      tables.append(("machine", machine(report.machine)))
      tables.append(("targets", TargetTable.text(of: report)))
    }
    for section in report.sections where section.isWhole {
      tables.append((section.section.id, text(of: section)))
    }
    if let quality = report.quality { tables.append(("quality", QualityTable.text(of: quality))) }
    return tables
  }

  private static func machine(_ machine: Machine) -> String {
    """
    | | |
    |---|---|
    | Processor | \(machine.processor), \(machine.cores) cores |
    | Kernels | \(machine.instructionSets.joined(separator: ", ")) |
    | Compiler of all but the peers | \(machine.compiler) |
    | Date | \(machine.date) |
    """
  }

  private static func text(of section: SectionResult) -> String {
    switch section.section.layout {
    case .sizesByContenders:
      return split(section.groups) { $0.group.name }.map { name, groups in
        sizesByContenders(name, groups)
      }.joined(separator: "\n\n")
    case .contendersByNames:
      return split(section.groups) { $0.group.label }.map { label, groups in
        contendersByNames(label, groups)
      }.joined(separator: "\n\n")
    case .paths:
      return PathTable.text(of: section.groups)
    case .ears:
      return EarsTable.text(of: section.groups)
    }
  }

  /// Neighbours with the same key, in their order.
  private static func split(
    _ groups: [GroupResult], by key: (GroupResult) -> String
  ) -> [(String, [GroupResult])] {
    var tables: [(String, [GroupResult])] = []
    for group in groups {
      if tables.last?.0 == key(group) {
        tables[tables.count - 1].1.append(group)
      } else {
        tables.append((key(group), [group]))
      }
    }
    return tables
  }

  private static func sizesByContenders(_ name: String, _ groups: [GroupResult]) -> String {
    let labels = groups.first?.measurements.map(\.label) ?? []
    let rows = groups.map { result in
      let reference = result.measurement(result.group.reference)
      return [result.group.label]
        + result.measurements.map { measurement in
          let time = Text.nanoseconds(measurement.nsMin)
          guard let reference, measurement.name != reference.name else { return time }
          return "\(time) (\(Text.ratio(measurement.nsMin / reference.nsMin)))"
        }
    }
    return table([name] + labels, rows)
  }

  private static func contendersByNames(_ label: String, _ groups: [GroupResult]) -> String {
    guard let first = groups.first else { return "" }
    let names = groups.map { $0.group.name.split(separator: " ").last.map(String.init) ?? "" }
    let rows = first.measurements.map { row in
      [row.label]
        + groups.map { result in
          guard let measurement = result.measurement(row.name, variant: row.variant) else {
            return "-"
          }
          let time = Text.nanoseconds(measurement.nsMin)
          guard let reference = result.measurement(result.group.reference),
            reference.name != row.name
          else { return time }
          return "\(time) (\(Text.ratio(result.ratio(measurement, to: reference)))x)"
        }
    }
    return table([label] + names, rows)
  }

  /// A table whose first column is text and whose others are numbers.
  static func table(_ header: [String], _ rows: [[String]]) -> String {
    let rule = "|---|" + String(repeating: "---:|", count: header.count - 1)
    let lines = ([header] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
  }
}
