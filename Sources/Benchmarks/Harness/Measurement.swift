/// What one contender took in one group, in nanoseconds a call.
struct Measurement {
  let name: String
  let isOurs: Bool
  let variant: String
  let nsMin: Double
  let nsMedian: Double
  /// Heap allocations a call.
  let allocations: Double

  var label: String { variant.isEmpty ? name : "\(variant) \(name)" }
}

/// A group and what was measured in it.
struct GroupResult {
  let group: Group
  let measurements: [Measurement]

  func measurement(_ name: String, variant: String = "") -> Measurement? {
    measurements.first { $0.name == name && $0.variant == variant }
  }

  /// How many times longer `peer` took than `ours`.
  func ratio(_ ours: Measurement, to peer: Measurement) -> Double { peer.nsMin / ours.nsMin }
}
