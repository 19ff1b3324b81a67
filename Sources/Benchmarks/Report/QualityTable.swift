/// What the converters do to sound: the worst of the six pairs of rates in one table, and every pair
/// in one table a figure.
enum QualityTable {
  private struct Figure {
    let name: String
    let decimals: Int
    let value: any KeyPath<ConverterQuality, Double> & Sendable
    /// Whether more is better.
    let isBetterHigh: Bool
  }

  private static let figures = [
    Figure(
      name: "SNDR at 1 kHz, dB", decimals: 1, value: \.signalToNoise, isBetterHigh: true),
    Figure(name: "worst in-band SNDR, dB", decimals: 1, value: \.worstInBand, isBetterHigh: true),
    Figure(name: "0.1 dB edge / lower rate", decimals: 3, value: \.edge, isBetterHigh: true),
    Figure(name: "worst alias, dB", decimals: 0, value: \.worstAlias, isBetterHigh: false),
    Figure(name: "delay at 1 kHz, ms", decimals: 2, value: \.delay.mean, isBetterHigh: false),
    Figure(name: "delay at worst, ms", decimals: 2, value: \.delay.worst, isBetterHigh: false),
    Figure(name: "held back at the end, ms", decimals: 2, value: \.heldBack, isBetterHigh: false),
  ]

  /// The worst of the six pairs.
  static func summary(of report: QualityReport) -> String {
    MarkdownTables.table(
      ["worst of the six pairs"] + figures.map(\.name),
      report.rows.map { row in
        [row.name]
          + figures.map { figure in
            let values = row.pairs.map { $0[keyPath: figure.value] }
            let worst = figure.isBetterHigh ? values.min() : values.max()
            return Text.decimal(worst ?? .nan, figure.decimals)
          }
      })
  }

  static func text(of report: QualityReport) -> String {
    let details = figures.map { figure in
      MarkdownTables.table(
        [figure.name]
          + ResampleBenchmarks.pairs.map { ResampleBenchmarks.name(from: $0, to: $1) },
        report.rows.map { row in
          [row.name] + row.pairs.map { Text.decimal($0[keyPath: figure.value], figure.decimals) }
        })
    }
    return """
      \(summary(of: report))

      <details><summary>Each pair</summary>

      \(details.joined(separator: "\n\n"))

      </details>
      """
  }
}
