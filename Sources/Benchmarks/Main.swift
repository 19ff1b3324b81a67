import Foundation

/// Measures what the options ask for, prints it, and writes the reports.
@main enum Benchmarks {
  static func main() async {
    do throws(UsageError) {
      let options = try Options(Array(CommandLine.arguments.dropFirst()))
      if options.wantsHelp {
        print(options.budget == nil ? Options.help : BudgetOptions.help)
        return
      }
      if let budget = options.budget { return try await run(budget) }
      try run(options)
    } catch {
      complain("\(error.message); see 'Benchmarks --help'")
      exit(2)
    }
  }

  private static func run(_ options: Options) throws(UsageError) {
    // What cannot be written is said before minutes of measuring, not after.
    let markdown = try options.markdown.map { path throws(UsageError) in
      try MarkdownFile(path: path)
    }
    for case let path? in [options.json, options.curves] { try write("[]\n", to: path) }
    let suite = Suite(options)
    guard !suite.isEmpty else {
      throw UsageError("nothing that is measured has '\(options.filter)' in its name")
    }
    if let turns = options.turns { return suite.turn(turns) }
    Console.start()
    let report = suite.run()
    if let path = options.json { try write(JSONReport.text(of: report), to: path) }
    if let path = options.curves { try write(JSONReport.curves(), to: path) }
    if var markdown {
      var tables = MarkdownTables.all(of: report)
      let known = try markdown.tables(of: ProcessorTable.id) ?? ""
      if let text = ProcessorTable.text(of: report, over: known) {
        tables.append((ProcessorTable.id, text))
      }
      try markdown.replaceTables(tables)
    }
  }

  private static func run(_ options: BudgetOptions) async throws(UsageError) {
    let markdown = try options.markdown.map { path throws(UsageError) in
      try MarkdownFile(path: path)
    }
    if let path = options.json { try write("[]\n", to: path) }
    let report = try await BudgetReport(options) { complain($0) }
    #if DEBUG
      print("a debug build: what was measured says nothing, use -c release")
    #endif
    for line in report.lines { print(line) }
    if let path = options.json { try write(report.json, to: path) }
    if var markdown { try markdown.replaceTables([("budgets", report.table)]) }
    for line in report.excesses { complain(line) }
    if !report.excesses.isEmpty { exit(1) }
  }

  private static func complain(_ line: String) {
    FileHandle.standardError.write(Data("Benchmarks: \(line)\n".utf8))
  }

  private static func write(_ text: String, to path: String) throws(UsageError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw UsageError("cannot write \(path)")
    }
  }
}
