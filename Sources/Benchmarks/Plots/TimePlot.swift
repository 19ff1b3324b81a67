/// How long each resampler takes for 20 ms: a row each, a dot a pair of rates.
struct TimePlot {
  private struct Row {
    let label: String
    let isOurs: Bool
    let times: [Double]
  }

  private let rows: [Row]
  private let names: [String]

  private static let colors = ["#0072b2", "#56b4e9", "#009e73", "#a6d854", "#d55e00", "#e0a000"]

  /// Takes the groups of 20 ms, one a pair of rates.
  init(_ groups: [GroupResult]) {
    names = groups.map { $0.group.name.split(separator: " ").last.map(String.init) ?? "" }
    rows = (groups.first?.measurements ?? []).map { first in
      Row(
        label: first.label, isOurs: first.isOurs,
        times: groups.map {
          $0.measurement(first.name, variant: first.variant)?.nsMin ?? .nan
        })
    }
  }

  var svg: String {
    let top = 92.0
    let height = Double(rows.count) * 24
    let (left, width) = (176.0, 610.0)
    var svg = SVG(width: 960, height: top + height + 60)
    svg.text(
      "Time for 20 ms of audio, int16 in and out", x: 20, y: 28, size: 16, color: "#111111",
      isBold: true)
    for (index, name) in names.enumerated() {
      let x = left + Double(index) * 98
      svg.dot(x: x, y: 54, radius: 5, color: Self.colors[index % Self.colors.count])
      svg.text("\(name) kHz", x: x + 10, y: 58)
    }
    let axis = Axis(
      label: "nanoseconds, logarithmic", range: 50...300_000,
      ticks: [
        (100, "100"), (1_000, "1,000"), (10_000, "10,000"), (100_000, "100,000"),
      ], isLogarithmic: true)
    Panel(
      title: "", x: axis, y: Axis(label: "", range: 0...1, ticks: []), curves: []
    ).draw(into: &svg, left: left, top: top - 14, width: width, height: height + 4, id: "times")
    for (index, row) in rows.enumerated() {
      let y = top + Double(index) * 24
      let sorted = row.times.sorted()
      guard let fastest = sorted.first, let slowest = sorted.last, fastest > 0 else { continue }
      let color = row.isOurs ? "#0b4f7d" : "#333333"
      svg.text(
        row.label, x: left - 10, y: y + 4, anchor: .end, color: color, isBold: row.isOurs)
      let ends = [fastest, slowest].map { (left + width * axis.position($0), y) }
      svg.line(ends, SVG.Pen(color: "#c4c4c4", width: 2))
      for (pair, time) in row.times.enumerated() {
        svg.dot(
          x: left + width * axis.position(time), y: y, radius: 5,
          color: Self.colors[pair % Self.colors.count])
      }
      svg.text(
        "\(Text.nanoseconds(fastest)) to \(Text.nanoseconds(slowest)) ns", x: left + width + 10,
        y: y + 4, color: color)
    }
    return svg.text
  }
}
