/// What was to be reached and what was.
enum TargetTable {
  private static let instructionSets = ["avx512", "avx2"]

  static func text(of report: Report) -> String {
    let rows = Target.all.compactMap { target in
      report.group(target.name, target.label).map { row(target, $0) }
    }
    return MarkdownTables.table(
      ["target"] + instructionSets.flatMap { [$0, "reached"] }, rows)
  }

  private static func row(_ target: Target, _ result: GroupResult) -> [String] {
    let variant = target.variant.isEmpty ? "" : ", \(target.variant)"
    let against =
      switch target.bound {
      case .times(let peer): ": time against \(peer)"
      case .speed(let peer): ": speed against \(peer)"
      case .nanoseconds: ""
      }
    return ["\(result.group.title)\(variant)\(against)"]
      + instructionSets.flatMap { isa -> [String] in
        guard let limit = target.limits[isa] else { return ["", ""] }
        let ours =
          result.measurement(isa, variant: target.variant)
          // The ring is the same on all of them.
          ?? result.measurement("any")
        guard let ours else { return [wanted(target.bound, limit), "-"] }
        return [wanted(target.bound, limit), reached(target.bound, limit, ours, result)]
      }
  }

  private static func wanted(_ bound: Target.Bound, _ limit: Double) -> String {
    switch bound {
    case .times: "<= \(Text.decimal(limit, 1))x"
    case .speed: ">= \(Text.decimal(limit, 1))x"
    case .nanoseconds: "<= \(Text.nanoseconds(limit)) ns"
    }
  }

  private static func reached(
    _ bound: Target.Bound, _ limit: Double, _ ours: Measurement, _ result: GroupResult
  ) -> String {
    let text: String
    let isMet: Bool
    switch bound {
    case .times(let peer):
      let times = tenths(result.measurement(peer).map { ours.nsMin / $0.nsMin } ?? .nan)
      (text, isMet) = ("\(Text.decimal(times, 1))x", times <= limit)
    case .speed(let peer):
      let speed = tenths(result.measurement(peer).map { result.ratio(ours, to: $0) } ?? .nan)
      (text, isMet) = ("\(Text.decimal(speed, 1))x", speed >= limit)
    case .nanoseconds:
      (text, isMet) = ("\(Text.nanoseconds(ours.nsMin)) ns", ours.nsMin <= limit)
    }
    return isMet ? text : "**\(text)**"
  }

  /// Judged as it is shown: finer differences are noise.
  private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
