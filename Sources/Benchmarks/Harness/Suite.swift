/// Everything there is to measure, or what a filter leaves of it.
struct Suite {
  private let sections: [Section]
  private let chosen: [[Group]]
  private let measuresQuality: Bool
  private let options: Options

  /// Nanoseconds for one group in one pass.
  private var passTime: Double { options.isQuick ? 5e6 : 1.5e8 }
  /// Passes over all groups: a phase in which the machine is slow meets one pass, not one table.
  private var passes: Int { options.isQuick ? 1 : 4 }

  init(_ options: Options) {
    self.options = options
    let filter = options.filter.lowercased()
    func matches(_ name: String) -> Bool { filter.isEmpty || name.lowercased().contains(filter) }
    sections = [
      Base64Benchmarks.section, G711Benchmarks.section, SampleBenchmarks.section,
      ResampleBenchmarks.section, PathBenchmarks.section, ColdBenchmarks.section,
      UntrustedBenchmarks.section, EarsBenchmarks.section,
    ]
    chosen = sections.map { section in
      section.groups.filter { matches("\(section.id) \($0.title)") }
    }
    measuresQuality = matches("quality")
  }

  var isEmpty: Bool { chosen.allSatisfy(\.isEmpty) && !measuresQuality }

  /// Does the work of ours so many times, for whoever looks from outside.
  func turn(_ times: Int) {
    for group in chosen.joined() {
      for contender in group.contenders() where contender.isOurs { contender.run(times) }
    }
  }

  /// Measures, printing each group when its last pass is over.
  func run() -> Report {
    let watches = chosen.map { groups in groups.map { Stopwatch($0) } }
    for pass in 1...passes {
      for watch in watches.joined() {
        watch.run(nanoseconds: passTime)
        if pass == passes { Console.print(watch.result) }
      }
    }
    let results = zip(sections, watches).map { section, watches in
      SectionResult(
        section: section, groups: watches.map(\.result),
        isWhole: watches.count == section.groups.count)
    }
    let quality = measuresQuality ? QualityReport() : nil
    if let quality { Console.print("\n" + QualityTable.summary(of: quality)) }
    return Report(machine: .current, sections: results, quality: quality)
  }
}

/// A section's groups and whether all of them were measured.
struct SectionResult {
  let section: Section
  let groups: [GroupResult]
  let isWhole: Bool
}

/// All that a run found.
struct Report {
  let machine: Machine
  let sections: [SectionResult]
  let quality: QualityReport?

  /// Whether nothing was left out.
  var isWhole: Bool { sections.allSatisfy(\.isWhole) && quality != nil }

  func group(_ name: String, _ label: String) -> GroupResult? {
    for section in sections {
      for result in section.groups where result.group.name == name && result.group.label == label {
        return result
      }
    }
    return nil
  }
}
