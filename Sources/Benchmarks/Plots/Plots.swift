/// The plots beside BENCHMARKS.md.
enum Plots {
  /// Every plot for which all of its figures were measured.
  static func all(of report: Report) -> [(name: String, svg: String)] { [] }
}
