import Foundation

/// What was measured as other programs read it.
enum JSONReport {
  private struct Entry: Encodable {
    let name: String
    let isa: String
    let bytes: Int?
    let samples: Int?
    let nsMin: Double
    let nsMedian: Double
    let peer: String
    let ratio: Double
    let allocations: Double
  }

  /// One entry for each of ours against each peer.
  static func text(of report: Report) -> String {
    let list = report.sections.flatMap { $0.groups.flatMap { entries(of: $0) } }
    return encoded(list, [.prettyPrinted, .sortedKeys])
  }

  private struct Response: Encodable {
    let name: String
    let from: Int
    let to: Int
    let view: String
    let hertz: [Double]
    let decibels: [Double]
  }

  /// Measures what each converter does to each frequency: all of them, images and aliases included,
  /// and once more the end of the pass band.
  static func curves() -> String {
    let ours = KernelTable.available.first.map { ConverterModel.ours($0) } ?? []
    var list: [Response] = []
    for (from, to) in ResampleBenchmarks.pairs {
      let low = Double(min(from, to))
      for (view, band) in [
        ("whole", 0...Double(max(from, to)) / 2), ("bandEdge", 0.3 * low...0.5 * low),
      ] {
        for model in ours + ConverterModel.peers {
          let points = FrequencyResponse(model, from: from, to: to, band: band, count: 150).points
          list.append(
            Response(
              name: model.name, from: from, to: to, view: view,
              hertz: points.map { rounded($0.hertz) },
              decibels: points.map { rounded($0.decibels) }))
        }
      }
    }
    return encoded(list, .sortedKeys)
  }

  private static func encoded(
    _ list: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    // Every member is a number or a string: nothing in it can fail to be encoded.
    let data = (try? encoder.encode(list)) ?? Data()
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private static func entries(of result: GroupResult) -> [Entry] {
    let ours = result.measurements.filter(\.isOurs)
    return ours.flatMap { measurement in
      let peers = result.measurements.filter { peer in
        !peer.isOurs
          || (peer.name == "scalar" && measurement.name != "scalar"
            && peer.variant == measurement.variant)
      }
      return peers.map { peer in
        let (bytes, samples): (Int?, Int?) =
          switch result.group.size {
          case .bytes(let count): (count, nil)
          case .samples(let count): (nil, count)
          }
        let variant = measurement.variant.isEmpty ? "" : " " + measurement.variant
        return Entry(
          name: result.group.name + variant, isa: measurement.name, bytes: bytes,
          samples: samples, nsMin: rounded(measurement.nsMin),
          nsMedian: rounded(measurement.nsMedian), peer: peer.name,
          ratio: rounded(result.ratio(measurement, to: peer)),
          allocations: rounded(measurement.allocations))
      }
    }
  }

  /// Three decimals: a clock that ticks in nanoseconds, over thousands of calls, gives no more.
  private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}
