/// Finds how much later an echo comes than what it is an echo of.
///
/// Both sides are brought to 2 kHz, made level and correlated at every half millisecond of half a second;
/// what was heard lately counts most. A peak that stands at one place for a while is the delay. A frame
/// costs some 40,000 multiplications, and none while the far end is silent.
struct DelayFinder {
  /// What was found; nil before that.
  private(set) var delay: Duration?

  /// Whether the far end can be heard in the newest frame.
  var isFarLoud: Bool { silence == 0 }
  /// Whether it could within the longest delay.
  var isFarHeard: Bool { silence * blockCount < Self.lagCount }

  private static let hertz = 2_000
  /// Searched, in samples of 2 kHz.
  private static let lagCount = 1_000
  /// Frames that the same place must have the peak.
  private static let confirmations = 12
  /// A peak of less correlation is chance.
  private static let least: Float = 0.12
  /// Two seconds are remembered, of frames in which the far end can be heard.
  private static let memory: Float = 0.99

  private let step: Int
  private let blockCount: Int
  /// The far end at 2 kHz, oldest first: what the longest lag needs, and the newest block.
  private var far: [Float]
  private var near: [Float]
  private var correlation: [Float]
  private var farEnergy: Float = 0
  private var nearEnergy: Float = 0
  private var lastFar: Float = 0
  private var lastNear: Float = 0
  private var candidate = -1
  private var confirmed = 0
  /// Blocks since the far end was last heard.
  private var silence = 1_000

  init(rate: SampleRate, frameSampleCount: Int) {
    step = rate.hertz / Self.hertz
    blockCount = frameSampleCount / step
    far = [Float](repeating: 0, count: Self.lagCount + blockCount)
    near = [Float](repeating: 0, count: blockCount)
    correlation = [Float](repeating: 0, count: Self.lagCount)
  }

  /// Listens to one frame of both sides, which belong together by the clock.
  mutating func listen(near frame: Span<Int16>, far heard: Span<Int16>) {
    unsafe far.withUnsafeMutableBufferPointer { far in
      for index in 0..<Self.lagCount { unsafe far[index] = unsafe far[index + blockCount] }
    }
    let farLevel = Self.narrow(heard, step, &lastFar, into: &far, at: Self.lagCount)
    let nearLevel = Self.narrow(frame, step, &lastNear, into: &near, at: 0)
    // 20 on the scale of samples is what mu-law makes of silence.
    silence = farLevel > 20 ? 0 : min(silence + 1, 1_000)
    guard isFarHeard, nearLevel > 2 else { return }
    correlate()
    judge()
  }

  /// Adds this block to what is remembered.
  private mutating func correlate() {
    let count = blockCount
    var nearSum: Float = 0
    for value in near { nearSum += value * value }
    var farSum: Float = 0
    for value in far { farSum += value * value }
    nearEnergy = nearEnergy * Self.memory + nearSum
    farEnergy = farEnergy * Self.memory + farSum * Float(count) / Float(far.count)
    unsafe far.withUnsafeBufferPointer { far in
      unsafe near.withUnsafeBufferPointer { near in
        unsafe correlation.withUnsafeMutableBufferPointer { correlation in
          for lag in 0..<Self.lagCount {
            let start = Self.lagCount - lag
            var sum: Float = 0
            for index in 0..<count { sum += unsafe near[index] * far[start + index] }
            unsafe correlation[lag] = correlation[lag] * Self.memory + sum
          }
        }
      }
    }
  }

  private mutating func judge() {
    var best = 0
    var most: Float = 0
    unsafe correlation.withUnsafeBufferPointer { correlation in
      for lag in 0..<Self.lagCount {
        let value = unsafe abs(correlation[lag])
        if value > most { (best, most) = (lag, value) }
      }
    }
    guard most > Self.least * (nearEnergy * farEnergy).squareRoot() else {
      (candidate, confirmed) = (-1, 0)
      return
    }
    if abs(best - candidate) <= 4 {
      confirmed += 1
    } else {
      confirmed = 0
    }
    candidate = best
    guard confirmed >= Self.confirmations else { return }
    delay = .microseconds(Int64(best) * 1_000_000 / Int64(Self.hertz))
  }

  /// Means of `step` samples, their differences, at an even level; gives the level that they had.
  private static func narrow(
    _ samples: Span<Int16>, _ step: Int, _ last: inout Float, into target: inout [Float],
    at place: Int
  ) -> Float {
    let count = samples.count / step
    var power: Float = 0
    for index in 0..<count {
      var sum: Float = 0
      for part in 0..<step { sum += Float(samples[index * step + part]) }
      let mean = sum / Float(step)
      let change = mean - last
      last = mean
      target[place + index] = change
      power += change * change
    }
    let level = (power / Float(count)).squareRoot()
    let scale = 1 / (level + 10)
    for index in 0..<count { target[place + index] *= scale }
    return level
  }
}
