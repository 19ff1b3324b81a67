/// The eight frequencies of a keypad, rows first, as lanes: what a sample adds to each.
struct KeyToneHop: Sendable {
  /// Samples of a hop: 6.375 ms at 8 kHz, half a block.
  static let size = 51

  private(set) var count = 0
  private(set) var real = SIMD8<Double>(repeating: 0)
  private(set) var imaginary = SIMD8<Double>(repeating: 0)
  private(set) var energy = 0.0
  private var cosine = SIMD8<Double>(repeating: 1)
  private var sine = SIMD8<Double>(repeating: 0)

  /// Cosines and sines of 2 pi f / 8000 for 697, 770, 852, 941, 1209, 1336, 1477 and 1633 Hz.
  private static let stepCosine = SIMD8<Double>(
    0.8538689046744509, 0.8226405180208598, 0.78434349193341,
    0.7391022841200879, 0.5820520115136658, 0.49818510533949084,
    0.3993091946133181, 0.284266353387601)
  private static let stepSine = SIMD8<Double>(
    0.5204881301528917, 0.5685618507342639, 0.620326757976556,
    0.6735932107796729, 0.8131515577633086, 0.86707070116449,
    0.9168163213519179, 0.9587453469674393)

  mutating func add(_ sample: Int16) {
    let x = Double(sample)
    real += cosine * x
    imaginary -= sine * x
    energy += x * x
    let next = cosine * Self.stepCosine - sine * Self.stepSine
    sine = cosine * Self.stepSine + sine * Self.stepCosine
    cosine = next
    count += 1
  }
}

/// Two hops that follow each other, judged as one.
struct KeyToneBlock: Sendable {
  private let real: SIMD8<Double>
  private let imaginary: SIMD8<Double>
  private let power: SIMD8<Double>
  private let energy: Double

  /// The same after a hop of 51 samples, by which phases turn.
  private static let hopCosine = SIMD8<Double>(
    -0.937373213319295, 0.8400935538989428, -0.9087996823560396,
    0.9999750176678799, -0.2646305301273597, -0.994300790396999,
    -0.8635276060402002, -0.845588092769353)
  private static let hopSine = SIMD8<Double>(
    0.3483266555281974, -0.5424415366631175, 0.4172327136617664,
    -0.007068524607247178, -0.9643498755765526, -0.1066111542752583,
    0.5043015701011457, 0.5338359086523575)
  /// Cosines of how far the phase of a tone that is off by 2.5 % turns too much in a hop.
  private static let leastTurn = SIMD8<Double>(
    0.7662, 0.7172, 0.6576,
    0.5879, 0.3524, 0.2308,
    0.0916, -0.0644)

  /// The power that a sine of amplitude 400, -38 dBFS, has in a block.
  private static let leastPower = 400.0 * 400 * 51 * 51
  /// How much of a block's energy both tones must hold.
  private static let leastShare = 0.72
  /// How much stronger a tone must be than the others of its group: 8 dB.
  private static let leastLead = 6.3
  /// How much weaker or stronger the column may be than the row: -10 and 6 dB, 2 more than Q.24 asks for.
  private static let twist = 0.1...4.0

  init(_ first: KeyToneHop, _ second: KeyToneHop) {
    real = first.real + second.real * Self.hopCosine + second.imaginary * Self.hopSine
    imaginary = first.imaginary + second.imaginary * Self.hopCosine - second.real * Self.hopSine
    power = real * real + imaginary * imaginary
    energy = first.energy + second.energy
  }

  /// The key that this block and the one a hop before hold both, row by row from 0; -1 for none.
  func key(after earlier: KeyToneBlock?) -> Int {
    let row = strongest(0..<4)
    let column = strongest(4..<8)
    guard row >= 0, column >= 0, Self.twist.contains(power[column] / power[row]) else { return -1 }
    // A sine alone has power * 2 / samples = energy.
    let share = (power[row] + power[column]) / Double(KeyToneHop.size)
    guard share >= Self.leastShare * energy else { return -1 }
    if let earlier, earlier.power[row] > Self.leastPower, earlier.power[column] > Self.leastPower {
      guard turns(row, since: earlier), turns(column, since: earlier) else { return -1 }
    }
    return row * 4 + column - 4
  }

  private func strongest(_ group: Range<Int>) -> Int {
    var best = group.lowerBound
    for lane in group where power[lane] > power[best] { best = lane }
    guard power[best] >= Self.leastPower else { return -1 }
    for lane in group where lane != best && power[lane] * Self.leastLead > power[best] { return -1 }
    return best
  }

  /// Whether a tone's phase went on since the block a hop ago as its frequency wants, to 2.5 %.
  private func turns(_ lane: Int, since earlier: KeyToneBlock) -> Bool {
    // earlier * e^(i w 51), held against this block.
    let (c, s) = (Self.hopCosine[lane], Self.hopSine[lane])
    let expectedReal = earlier.real[lane] * c - earlier.imaginary[lane] * s
    let expectedImaginary = earlier.real[lane] * s + earlier.imaginary[lane] * c
    let along = real[lane] * expectedReal + imaginary[lane] * expectedImaginary
    let both = (power[lane] * earlier.power[lane]).squareRoot()
    return along >= Self.leastTurn[lane] * both
  }
}
