/// Every converter between every pair of rates.
struct QualityReport {
  struct Row {
    let name: String
    let pairs: [ConverterQuality]
  }

  let rows: [Row]

  init() {
    let ours = KernelTable.available.first.map { ConverterModel.ours($0) } ?? []
    rows = (ours + ConverterModel.peers).map { model in
      Row(
        name: model.name,
        pairs: ResampleBenchmarks.pairs.map { ConverterQuality(model, from: $0, to: $1) })
    }
  }
}
