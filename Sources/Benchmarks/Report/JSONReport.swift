import Foundation

/// The measurements as other programs read them: one entry for each of ours against each peer.
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

  static func text(of report: Report) -> String {
    let list = report.sections.flatMap { $0.groups.flatMap { entries(of: $0) } }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
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
