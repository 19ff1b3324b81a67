import Foundation

/// What the command line asks for.
struct Options {
  /// Only groups whose title holds this, in any case; all where empty.
  var filter = ""
  /// Where the list of measurements goes.
  var json: String?
  /// Where the frequency responses go.
  var curves: String?
  /// The file whose marked tables are rewritten.
  var markdown: String?
  /// A hundredth of the time: to see that it works, not how fast.
  var isQuick = false
  /// How often to do each group's work of ours instead of measuring it.
  var turns: Int?
  var wantsHelp = false
  /// The budgets to make instead of all that.
  var budget: BudgetOptions?

  static let help = """
    Benchmarks - how fast Sidetone's kernels and paths are here, beside their peers

    usage: swift run -c release Benchmarks [options]
           swift run -c release Benchmarks --budget [options]

    options:
      --filter TEXT     measure only what has TEXT in its name: base64, 'resample 8>16',
                        '20 ms', paths, quality; a --quick run shows every name
      --json FILE       write a list of {name, isa, bytes or samples, nsMin, nsMedian,
                        peer, ratio, allocations}; ratio is the peer's time over ours,
                        both the fastest of many slots
      --markdown FILE   rewrite FILE's tables between <!-- bench:NAME --> and
                        <!-- /bench:NAME -->; a table that the filter left incomplete
                        stays as it was, but for this machine's column of 'processors'
      --curves FILE     write the frequency response of every resampler between
                        every pair of rates, as scripts/plot-benchmarks reads them
      --quick           a hundredth of the time: to see that it works, not how fast
      --turns N         do each of ours N times, unmeasured, and print nothing: for
                        profilers and cache simulators (scripts/count-lines)
      --help            show this page
      --budget          instead: how long speech takes through Sidetone, stage by
                        stage; see --budget --help

    exit status: 0 done, 2 wrong usage or a file that cannot be read or written
    """

  init(_ words: [String]) throws(UsageError) {
    if words.contains("--budget") { budget = BudgetOptions() }
    var rest = words.filter { $0 != "--budget" }[...]
    while let word = rest.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      func value() throws(UsageError) -> String {
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty
        else { throw UsageError("\(name) wants a value") }
        return value
      }
      if try budget?.take(name, value) ?? false { continue }
      switch name {
      case "--help" where parts.count == 1: wantsHelp = true
      case "-h": wantsHelp = true
      case _ where budget != nil: throw UsageError("--budget has no option '\(word)'")
      case "--filter": filter = try value()
      case "--json": json = try value()
      case "--curves": curves = try value()
      case "--markdown": markdown = try value()
      case "--turns":
        guard let turns = Int(try value()), turns > 0 else {
          throw UsageError("--turns wants a number above 0")
        }
        self.turns = turns
      case "--quick" where parts.count == 1: isQuick = true
      default: throw UsageError("unknown option '\(word)'")
      }
    }
  }
}

/// What the user did wrong or can mend, in one line.
struct UsageError: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
