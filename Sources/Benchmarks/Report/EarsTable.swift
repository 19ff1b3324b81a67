/// The table of what hears callers: a row each, its time as a share of a core and its memory.
enum EarsTable {
  static func text(of groups: [GroupResult]) -> String {
    let rows = groups.flatMap { result in
      result.measurements.map { ours in
        [
          result.group.title, ours.label, Text.nanoseconds(ours.nsMin),
          Text.nanoseconds(ours.nsMedian), "\(share(ours)) %", Text.decimal(ours.allocations, 2),
          result.group.heap.map { Text.grouped($0()) } ?? "-",
        ]
      }
    }
    return MarkdownTables.table(
      ["20 ms of", "kernels", "ns", "median", "of a core", "allocations", "bytes a call"], rows)
  }

  /// The part of a core that a call takes.
  private static func share(_ measurement: Measurement) -> String {
    Text.decimal(measurement.nsMin / (Double(EarsBenchmarks.milliseconds) * 1e6) * 100, 3)
  }
}
