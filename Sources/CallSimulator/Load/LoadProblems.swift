/// What was wrong in the calls of a load: a sentence a kind, with the number of times and of calls.
struct LoadProblems {
  private var kinds: [(problem: Problem, sentence: String, times: Int, calls: Int)] = []
  private var remarks: [(sentence: String, calls: Int)] = []

  mutating func add(_ judge: LoadJudge) {
    for (problem, sentence, times) in judge.problems.all {
      if let index = kinds.firstIndex(where: { $0.problem == problem }) {
        kinds[index].times += times
        kinds[index].calls += 1
      } else {
        kinds.append((problem, sentence, times, 1))
      }
    }
    guard let remark = judge.remark else { return }
    if let index = remarks.firstIndex(where: { $0.sentence == remark }) {
      remarks[index].calls += 1
    } else {
      // As many as there are close codes that do no harm.
      remarks.append((remark, 1))
    }
  }

  var counts: [Problem: Int] {
    Dictionary(kinds.map { ($0.problem, $0.times) }, uniquingKeysWith: +)
  }

  /// A sentence a kind, of `total` calls.
  func sentences(of total: Int) -> [String] {
    kinds.map { kind in
      let times = kind.times == 1 ? "once" : "\(kind.times.grouped) times"
      return "\(kind.sentence) (\(times), in \(kind.calls) of \(total) calls)"
    }
  }

  func remarks(of total: Int) -> [String] {
    remarks.map { "\($0.sentence) (\($0.calls) of \(total) calls)" }
  }
}
