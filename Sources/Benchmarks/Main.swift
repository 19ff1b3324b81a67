import Foundation

/// Measures what the options ask for, prints it, and writes the reports.
@main enum Benchmarks {
  static func main() {
    do throws(UsageError) {
      let options = try Options(Array(CommandLine.arguments.dropFirst()))
      if options.wantsHelp {
        print(Options.help)
        return
      }
      try run(options)
    } catch {
      let line = "Benchmarks: \(error.message); see 'Benchmarks --help'\n"
      FileHandle.standardError.write(Data(line.utf8))
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
    Console.start()
    let report = suite.run()
    if let path = options.json { try write(JSONReport.text(of: report), to: path) }
    if let path = options.curves { try write(JSONReport.curves(), to: path) }
    if var markdown { try markdown.replaceTables(with: report) }
  }

  private static func write(_ text: String, to path: String) throws(UsageError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw UsageError("cannot write \(path)")
    }
  }
}
