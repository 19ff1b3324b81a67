import Glibc

/// A converter's response between one pair of rates, images and aliases included.
///
/// A frequency beyond the lower rate's half is that of the filter between the rates: going down, a
/// tone there is what goes in, and its alias is measured; going up, an image there is what is
/// measured, and the tone below that makes it goes in.
struct FrequencyResponse {
  /// Frequency in Hz and level in dB.
  let points: [(hertz: Double, decibels: Double)]

  /// Nothing below this is measured, in dB: 16 bits and 0.2 s carry no more.
  private static let floor = -140.0

  /// Measures `count` frequencies spread over `band`, which lies in 0 to half the higher rate.
  init(
    _ model: ConverterModel, from: Int, to: Int, band: ClosedRange<Double>, count: Int
  ) {
    let step = (band.upperBound - band.lowerBound) / Double(count)
    points = (0..<count).compactMap { index in
      let hertz = ToneProbe.frequency(near: band.lowerBound + (Double(index) + 0.5) * step)
      let sent = ToneProbe.fold(hertz, Double(from))
      let found = ToneProbe.fold(hertz, Double(to))
      guard hertz < band.upperBound, sent > 20 else { return nil }
      let probe = ToneProbe(model, from: from, to: to, frequency: sent)
      // An alias may be nothing at all.
      return (hertz, max(20 * log10(probe.component(at: found).gain), Self.floor))
    }
  }
}
