import Foundation

/// The power spectrum of a short stretch of sound.
struct Spectrum {
  /// Power at each multiple of ``step``, from 0 to half the rate.
  let power: [Float]
  /// Hertz from one bin to the next.
  let step: Float

  /// Weighs `samples` with Hann's window, takes off their mean, and transforms them.
  init(_ samples: ArraySlice<Float>, hertz: Int) {
    let count = samples.count
    var size = 64
    while size < count { size *= 2 }
    var real = samples.centred.enumerated().map { index, sample in
      sample * (0.5 - 0.5 * cos(2 * .pi * (Float(index) + 0.5) / Float(count)))
    }
    real += [Float](repeating: 0, count: size - count)
    var imaginary = [Float](repeating: 0, count: size)
    Self.transform(&real, &imaginary)
    power = (0...size / 2).map { real[$0] * real[$0] + imaginary[$0] * imaginary[$0] }
    step = Float(hertz) / Float(size)
  }

  /// The mean frequency between `low` and `high`, weighed by power, and by its root.
  func centroids(from low: Float, to high: Float) -> (ofPower: Float, ofAmplitude: Float) {
    var sums: (power: Float, weighed: Float, root: Float, weighedRoot: Float) = (0, 0, 0, 0)
    for (bin, power) in power.enumerated() {
      let frequency = Float(bin) * step
      guard frequency > low, frequency < high else { continue }
      let root = power.squareRoot()
      sums.power += power
      sums.weighed += power * frequency
      sums.root += root
      sums.weighedRoot += root * frequency
    }
    guard sums.power > 0 else { return (0, 0) }
    return (sums.weighed / sums.power, sums.weighedRoot / sums.root)
  }

  /// How much of the power lies in the two strongest peaks: all of it in a tone or a key's two.
  var shareOfTones: Float {
    var rest = power
    let all = rest.reduce(0, +)
    for _ in 0..<2 {
      guard let peak = rest.indices.max(by: { rest[$0] < rest[$1] }) else { return 0 }
      for bin in max(peak - 3, 0)...min(peak + 3, rest.count - 1) { rest[bin] = 0 }
    }
    return all > 0 ? 1 - rest.reduce(0, +) / all : 0
  }

  /// Cooley and Tukey's transform in place; the size is a power of two.
  private static func transform(_ real: inout [Float], _ imaginary: inout [Float]) {
    let size = real.count
    var reversed = 0
    for index in 1..<size {
      var bit = size >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed {
        real.swapAt(index, reversed)
        imaginary.swapAt(index, reversed)
      }
    }
    let turn = (0..<size / 2).map { -2 * Float.pi * Float($0) / Float(size) }
    let cosine = turn.map { cos($0) }
    let sine = turn.map { sin($0) }
    var half = 1
    while half < size {
      SampleMath.butterflies(&real, &imaginary, half: half, cosine: cosine, sine: sine)
      half *= 2
    }
  }
}
