/// The inner loops of the judge's measures, over plain pointers: they run after each call, in debug
/// builds too, where an array's checks cost tenfold.
enum SampleMath {
  /// The sum of `a[i] * b[i + lag]` for `i` in `range`; traps where that leaves an array.
  static func product(_ a: [Float], _ b: [Float], lag: Int, over range: Range<Int>) -> Float {
    precondition(range.isEmpty || (range.lowerBound >= 0 && range.upperBound <= a.count))
    precondition(
      range.isEmpty || (range.lowerBound + lag >= 0 && range.upperBound + lag <= b.count))
    return unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return 0 }
        var sum: Float = 0
        var index = range.lowerBound
        while index < range.upperBound {
          unsafe sum += a[index] * b[index + lag]
          index += 1
        }
        return sum
      }
    }
  }

  /// One pass of a fast Fourier transform: butterflies of `half` and its partner, with the whole
  /// transform's table of cosines and sines.
  static func butterflies(
    _ real: inout [Float], _ imaginary: inout [Float], half: Int, cosine: [Float], sine: [Float]
  ) {
    let size = real.count
    precondition(imaginary.count == size && cosine.count == size / 2 && sine.count == size / 2)
    precondition(half > 0 && size % (2 * half) == 0)
    let step = size / (2 * half)
    unsafe real.withUnsafeMutableBufferPointer { real in
      unsafe imaginary.withUnsafeMutableBufferPointer { imaginary in
        guard let x = real.baseAddress, let y = imaginary.baseAddress else { return }
        for offset in 0..<half {
          let (c, s) = (cosine[offset * step], sine[offset * step])
          var upper = offset
          while upper < size {
            let lower = upper + half
            unsafe turn(x + upper, x + lower, y + upper, y + lower, c, s)
            upper += 2 * half
          }
        }
      }
    }
  }

  private static func turn(
    _ x: UnsafeMutablePointer<Float>, _ otherX: UnsafeMutablePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, _ otherY: UnsafeMutablePointer<Float>,
    _ c: Float, _ s: Float
  ) {
    let real = unsafe otherX.pointee * c - otherY.pointee * s
    let imaginary = unsafe otherX.pointee * s + otherY.pointee * c
    unsafe otherX.pointee = unsafe x.pointee - real
    unsafe otherY.pointee = unsafe y.pointee - imaginary
    unsafe x.pointee += real
    unsafe y.pointee += imaginary
  }
}

extension ArraySlice<Float> {
  /// The samples without their mean.
  var centred: [Float] {
    let samples = Array(self)
    guard !samples.isEmpty else { return [] }
    let ones = [Float](repeating: 1, count: samples.count)
    let mean =
      SampleMath.product(samples, ones, lag: 0, over: 0..<samples.count) / Float(samples.count)
    return samples.map { $0 - mean }
  }

  /// The root of the mean square around the mean.
  var deviation: Float {
    let samples = centred
    guard !samples.isEmpty else { return 0 }
    let power = SampleMath.product(samples, samples, lag: 0, over: 0..<samples.count)
    return (power / Float(samples.count)).squareRoot()
  }
}
