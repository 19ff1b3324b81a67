/// The paths' table: a row each, its peers' times and ratios behind it.
enum PathTable {
  static func text(of groups: [GroupResult]) -> String {
    let rows = groups.flatMap { result in
      result.measurements.filter(\.isOurs).map { ours in
        let peers = result.measurements.filter { !$0.isOurs }
        let beside = peers.map { peer in
          "\(peer.name): \(Text.nanoseconds(peer.nsMin)) (\(Text.ratio(result.ratio(ours, to: peer)))x)"
        }
        return [
          result.group.title, ours.label, Text.nanoseconds(ours.nsMin),
          Text.nanoseconds(ours.nsMedian), Text.decimal(ours.allocations, 2),
          beside.isEmpty ? "-" : beside.joined(separator: ", "),
        ]
      }
    }
    return MarkdownTables.table(
      ["path", "kernels", "ns", "median", "allocations", "beside it"], rows)
  }
}
