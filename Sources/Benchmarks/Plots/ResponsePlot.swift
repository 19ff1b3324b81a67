/// The frequency responses, a panel a pair of rates.
enum ResponsePlot {
  /// What the panels show.
  enum View {
    /// Everything, images and aliases included.
    case whole
    /// Half a decibel below 0, where the band ends.
    case bandEdge

    var title: String {
      switch self {
      case .whole: "Response of each resampler, with its images and aliases"
      case .bandEdge: "The end of the pass band: from 0.3 to 0.5 of the lower rate"
      }
    }

    func band(_ from: Int, _ to: Int) -> ClosedRange<Double> {
      switch self {
      case .whole: 0...Double(max(from, to)) / 2
      case .bandEdge: 0.3 * Double(min(from, to))...0.5 * Double(min(from, to))
      }
    }

    var levels: Axis {
      switch self {
      case .whole:
        Axis(
          label: "level, dB", range: -125...5,
          ticks: stride(from: -120.0, through: 0, by: 20).map { ($0, Text.decimal($0, 0)) })
      case .bandEdge:
        Axis(
          label: "level, dB", range: -0.5...0.1,
          ticks: [-0.5, -0.4, -0.3, -0.2, -0.1, 0, 0.1].map { ($0, Text.decimal($0, 1)) })
      }
    }
  }

  private static let rowHeight = 305.0

  /// Measures every converter between every pair of rates, and draws what it found.
  static func svg(_ view: View) -> String {
    let ours = KernelTable.available.first.map { ConverterModel.ours($0) } ?? []
    let models = ours + ConverterModel.peers
    var svg = SVG(width: 960, height: 105 + 3 * rowHeight)
    svg.text(view.title, x: 64, y: 28, size: 16, color: "#111111", isBold: true)
    Palette.legend(
      models.map(\.name), into: &svg, left: 64, top: 52, columns: 5, columnWidth: 176)
    for (index, (from, to)) in ResampleBenchmarks.pairs.enumerated() {
      panel(view, models, from: from, to: to).draw(
        into: &svg, left: index % 2 == 0 ? 64 : 548, top: 130 + Double(index / 2) * rowHeight,
        width: 390, height: 220, id: "panel\(index)")
    }
    return svg.text
  }

  private static func panel(
    _ view: View, _ models: [ConverterModel], from: Int, to: Int
  ) -> Panel {
    let band = view.band(from, to)
    let width = band.upperBound - band.lowerBound
    let step = width > 8_000 ? 2_000.0 : width > 2_000 ? 1_000 : width > 1_000 ? 400 : 200
    let first = (band.lowerBound / step).rounded(.up) * step
    let ticks = stride(from: first, through: band.upperBound, by: step).map { hertz in
      let isWhole = hertz.truncatingRemainder(dividingBy: 1_000) == 0
      return (hertz, Text.decimal(hertz / 1_000, isWhole ? 0 : 1))
    }
    // Ours last, on top.
    let curves = models.reversed().map { model in
      let response = FrequencyResponse(model, from: from, to: to, band: band, count: 150)
      return Curve(
        pen: Palette.pen(model.name),
        points: response.points.map { ($0.hertz, $0.decibels) })
    }
    return Panel(
      title: "\(from / 1_000) to \(to / 1_000) kHz",
      x: Axis(label: "frequency, kHz", range: band, ticks: ticks), y: view.levels, curves: curves)
  }
}
