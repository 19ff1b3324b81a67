/// The plots beside BENCHMARKS.md.
enum Plots {
  /// Every plot for which all of its figures were measured.
  static func all(of report: Report) -> [(name: String, svg: String)] {
    var plots: [(String, String)] = []
    if report.quality != nil {
      plots.append(("response.svg", ResponsePlot.svg(.whole)))
      plots.append(("band-edge.svg", ResponsePlot.svg(.bandEdge)))
    }
    for section in report.sections where section.section.id == "resampling" && section.isWhole {
      let groups = section.groups.filter { $0.group.label == "20 ms" }
      plots.append(("resampling-time.svg", TimePlot(groups).svg))
    }
    return plots
  }
}
