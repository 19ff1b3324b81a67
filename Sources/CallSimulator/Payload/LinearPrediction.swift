import Foundation

/// How well a stretch of samples can be foretold from the eight before each: speech and tones well,
/// noise and misread bytes hardly at all. Levinson and Durbin's recursion over the autocorrelation.
struct LinearPrediction {
  static let order = 8

  /// The inverse filter, first coefficient 1.
  let filter: [Float]
  /// The signal's power over that of what the filter leaves, in decibels; 0 for silence.
  let gain: Float

  /// Fits a filter to `samples`, whose mean is taken off first.
  init(_ samples: ArraySlice<Float>) {
    let centred = samples.centred
    var correlation = (0...Self.order).map { lag in
      SampleMath.product(centred, centred, lag: lag, over: 0..<max(centred.count - lag, 0))
    }
    // A little white noise, 40 dB down, keeps a pure tone's recursion finite.
    correlation[0] = correlation[0] * 1.0001 + 0.001
    var filter = [Float](repeating: 0, count: Self.order + 1)
    filter[0] = 1
    var power = correlation[0]
    for step in 1...Self.order {
      let sum = (0..<step).reduce(Float(0)) { $0 + filter[$1] * correlation[step - $1] }
      let reflection = -sum / power
      let old = filter
      for index in 1...step { filter[index] = old[index] + reflection * old[step - index] }
      power *= max(1 - reflection * reflection, 1e-6)
    }
    self.filter = filter
    gain = 10 * log10(correlation[0] / max(power, .leastNormalMagnitude))
  }

  /// The size of what the filter leaves at each sample from `order` on.
  func residual(of samples: ArraySlice<Float>) -> [Float] {
    let samples = Array(samples)
    let backwards = Array(filter.reversed())
    let last = Self.order
    return stride(from: last, to: samples.count, by: 1).map { index in
      abs(SampleMath.product(backwards, samples, lag: index - last, over: 0..<last + 1))
    }
  }
}
