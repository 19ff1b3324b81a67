/// What the run shows while it goes.
enum Console {
  static func start() {
    let machine = Machine.current
    print(
      "\(machine.processor), \(machine.cores) cores; \(machine.instructionSets.joined(separator: " ")); "
        + "\(machine.compiler); \(machine.date)")
    #if DEBUG
      print("a debug build: these figures say nothing, use -c release")
    #endif
    print("ns a call: the fastest of many slots, and their median; ratio: a peer's time over ours")
  }

  /// One group: a line a contender, and behind ours what its peers took.
  static func print(_ result: GroupResult) {
    print("\n\(result.group.title)")
    let peers = result.measurements.filter { !$0.isOurs }
    for measurement in result.measurements {
      var line = "  " + Text.padded(measurement.label, to: 22)
      for value in [measurement.nsMin, measurement.nsMedian] {
        line += Text.padded(Text.nanoseconds(value), to: 11, rightAligned: true)
      }
      if measurement.isOurs {
        let ratios = peers.map { "\($0.name) \(Text.ratio(result.ratio(measurement, to: $0)))x" }
        line += "   " + ratios.joined(separator: ", ")
      }
      if measurement.allocations >= 0.5 {
        line += "   \(Text.decimal(measurement.allocations, 0)) allocations"
      }
      print(line)
    }
    if let heap = result.group.heap { print("  \(Text.grouped(heap())) bytes of the heap a call") }
  }

  static func print(_ line: String) {
    Swift.print(line)
  }
}
