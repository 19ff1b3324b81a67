import Glibc

/// What a converter does to sound, between one pair of rates.
struct ConverterQuality {
  let from: Int
  let to: Int
  /// A tone near 1 kHz over everything else, in dB.
  let signalToNoise: Double
  /// The worst tone up to 0.425 of the lower rate, in dB.
  let worstInBand: Double
  /// How far the response stays within 0.1 dB of that at 1 kHz, as a part of the lower rate.
  let edge: Double
  /// The strongest image or alias at or of 0.575 of the lower rate and beyond, in dB.
  let worstAlias: Double
  /// What an output comes later than its input at 1 kHz: on average, and at worst; milliseconds.
  let delay: (mean: Double, worst: Double)
  /// What is missing of the output when a second of input has been given, in milliseconds.
  let heldBack: Double

  init(_ model: ConverterModel, from: Int, to: Int) {
    self.from = from
    self.to = to
    let lower = Double(min(from, to))
    func probe(_ hertz: Double) -> ToneProbe {
      ToneProbe(model, from: from, to: to, frequency: ToneProbe.frequency(near: hertz))
    }
    signalToNoise = probe(1_000).signalToNoise

    let inBand = stride(from: 0.0125, through: 0.425, by: 0.0125).map { probe($0 * lower) }
    worstInBand = inBand.map(\.signalToNoise).min() ?? .nan

    let beyond = stride(from: 0.575, to: Double(from) / lower / 2 - 0.005, by: 0.005)
    let tones = inBand + beyond.map { probe($0 * lower) }
    let aliases = tones.flatMap { tone in
      // A tone beyond the output's band has no place of its own there: all of it is alias.
      let own =
        tone.frequency > Double(to) / 2
        ? [ToneProbe.fold(tone.frequency, Double(to))] : []
      return (tone.foreign + own).map { tone.component(at: $0).gain }
    }
    worstAlias = 20 * log10(aliases.max() ?? .nan)

    let reference = probe(1_000).gain
    var low = 0.1
    var high = 0.5
    while high - low > 0.001 {
      let middle = (low + high) / 2
      let decibels = 20 * log10(probe(middle * lower).gain / reference)
      if abs(decibels) <= 0.1 { low = middle } else { high = middle }
    }
    edge = low

    delay = Self.delay(model, from: from, to: to)
    heldBack = Self.heldBack(model, from: from, to: to)
  }

  /// The filter's group delay as the stream's positions show it, and what each output waits beyond
  /// its own position until it is given.
  private static func delay(
    _ model: ConverterModel, from: Int, to: Int
  ) -> (mean: Double, worst: Double) {
    let (below, above) = (985.0, 1_015.0)
    let phases = [below, above].map { hertz in
      ToneProbe(model, from: from, to: to, frequency: hertz).component(at: hertz).phase
    }
    var turn = (phases[0] - phases[1]) / (2 * .pi)
    turn -= turn.rounded()
    let group = turn / (above - below)

    let stream = OutputStream(model, from: from, to: to, block: 0) { _ in 0 }
    var given = 0
    var waits: [Double] = []
    while stream.consumed < from {
      let count = stream.step().count
      for index in given..<(given + count) {
        let now = Double(stream.consumed - 1) / Double(from)
        waits.append(now - Double(index) / Double(to))
      }
      given += count
    }
    // The first outputs of a burst have waited longest; the stream's beginning does not count.
    let settled = waits.dropFirst(waits.count / 2)
    let mean = settled.reduce(0, +) / Double(settled.count)
    return ((group + mean) * 1_000, (group + (settled.max() ?? .nan)) * 1_000)
  }

  private static func heldBack(_ model: ConverterModel, from: Int, to: Int) -> Double {
    let stream = OutputStream(model, from: from, to: to) { _ in 0 }
    var given = 0
    while stream.consumed < from { given += stream.step().count }
    return Double(to - given) / Double(to) * 1_000
  }
}

extension ToneProbe {
  /// The tone's own amplitude, over what went in.
  var gain: Double { component(at: frequency).gain }
}

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
