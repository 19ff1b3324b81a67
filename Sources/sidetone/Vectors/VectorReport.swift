import AudioEngine
import Foundation

/// What came of all checks: a table of operations by instruction sets, and what is wrong.
struct VectorReport {
  /// One sentence each, in the manifest's order.
  private(set) var problems: [String]
  private let fileCount: Int
  private let trials: [VectorTrial]
  /// Checks whose files are missing or not as hashed.
  private let skipped: Int
  /// Wrong results by operation and instruction set; nil where it has none of that set.
  private var wrong: [String: [String: Int]] = [:]

  /// Problems that are printed; their number is, in any case.
  private static let mostLines = 20

  /// Reads a folder and runs everything in it.
  init(checking folder: URL) throws(UsageError) {
    let manifest = try VectorManifest.read(in: folder)
    let files = try VectorFolder(folder, files: manifest.files)
    let listed = Set(manifest.files.map(\.file))
    guard !manifest.checks.isEmpty else {
      throw UsageError("manifest.json checks nothing", advice: "take the vectors anew")
    }
    fileCount = manifest.files.count
    problems = files.problems
    var trials: [VectorTrial] = []
    for check in manifest.checks {
      if let trial = try VectorTrial(check, in: files, listed: listed) { trials.append(trial) }
    }
    self.trials = trials
    skipped = manifest.checks.count - trials.count
    for (index, trial) in trials.enumerated() {
      Console.status("checking \(index + 1) of \(trials.count)")
      run(trial)
    }
    Console.status("")
  }

  private mutating func run(_ trial: VectorTrial) {
    for kernels in trial.operation.hasKernels ? Kernels.available : [.best] {
      let fault = trial.fault(using: kernels)
      wrong[trial.name, default: [:]][kernels.name, default: 0] += fault == nil ? 0 : 1
      if let fault { problems.append("\(trial.file): \(trial.name) on \(kernels.name): \(fault)") }
    }
  }

  /// The table, the problems, and the verdict, each a line of its own.
  var lines: [String] {
    let sets = Kernels.available.map(\.name)
    var names: [String] = []
    for trial in trials where !names.contains(trial.name) { names.append(trial.name) }
    var lines = [Self.row("operation", "vectors", sets)]
    for name in names {
      let cells = sets.map { set in
        wrong[name]?[set].map { $0 == 0 ? "ok" : "\($0) wrong" } ?? "-"
      }
      lines.append(Self.row(name, "\(trials.count { $0.name == name })", cells))
    }
    lines.append("")
    lines += problems.prefix(Self.mostLines).map { "problem: \($0)" }
    if problems.count > Self.mostLines {
      lines.append("and \(problems.count - Self.mostLines) more problems")
    }
    let verdict = problems.isEmpty ? "pass" : "fail"
    let notRun = skipped == 0 ? "" : ", \(skipped) not run for want of their files"
    return lines + [
      "\(fileCount) files, \(trials.count) checks\(notRun)", "verdict: \(verdict)",
    ]
  }

  private static func row(_ name: String, _ count: String, _ cells: [String]) -> String {
    let padded = cells.dropLast().map { $0.padded(to: 10) } + cells.suffix(1)
    return name.padded(to: 16) + count.padded(to: 9) + padded.joined()
  }
}
