/// A tone after which a voice mailbox records.
public struct Beep: Hashable, Sendable {
  /// Its frequency, to about 1 %.
  public let hertz: Int
  /// When it began, from the first sample heard, to about 20 ms.
  public let position: Duration
  /// How long it lasted, to about 20 ms.
  public let duration: Duration
}

/// Hears the beep of a voice mailbox, so that a bot may leave its message.
///
/// One steady tone of 500 to 2,000 Hz, for 120 ms to 2 s, with quiet behind it and no other tone right before it:
/// that leaves out ring-back and busy tones (425 Hz, or two at once), keys (two at once), the three tones of
/// an announcement and a fax machine's answer (2,100 Hz). A fax machine that calls (1,100 Hz for half
/// a second) sounds like a beep.
///
/// Blocks of 20 ms are held against the one sine that fits them best. In double precision without fused
/// operations: the same audio gives the same beeps everywhere, however it is cut. Hears 8, 16 and 24 kHz;
/// nothing at other rates; a rate that changes begins anew. Allocates nothing.
public struct BeepDetector: Sendable {
  /// What is known of a tone that still sounds, or has just ended.
  private struct Tone {
    let first: Int
    var count = 1
    var cosine: Double
    var power: Double
    /// Whether another tone went right before it.
    let isBehindOther: Bool
  }

  private let kernels: Kernels
  private var rate: SampleRate?
  private var narrowing: FixedResampler?
  private var block = [160 of Int16](repeating: 0)
  private var filled = 0
  /// Blocks that have ended.
  private var blockCount = 0
  private var tone: Tone?
  /// Blocks since the tone's last, until it is decided what it was.
  private var behind = 0
  /// The block behind the last of any tone.
  private var toneEnd = -100

  private static let blockSize = 160
  private static let leastBlocks = 6
  private static let mostBlocks = 100
  /// Blocks of quiet that end a beep.
  private static let quietBlocks = 3
  /// The mean square of -36 dBFS.
  private static let leastPower = 270_000.0
  /// Noise 20 dB below a tone takes a tenth of it.
  private static let leastShare = 0.8
  /// 2 pi 500 / 8000 and 2 pi 2000 / 8000, as cosines.
  private static let cosines = 0.0...0.923_879_532_511_286_7

  /// Makes a detector; `kernels` resample what is not at 8 kHz.
  public init(using kernels: Kernels = .best) {
    self.kernels = kernels
  }

  /// Takes the next samples.
  ///
  /// - Returns: the last beep that ended in them, if any, 60 ms after its end; at most one in 180 ms.
  /// - Complexity: O(`samples.count`). Allocates nothing.
  public mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> Beep? {
    if rate != self.rate {
      self = BeepDetector(using: kernels)
      self.rate = rate
      narrowing = FixedResampler(from: rate, to: .hz8000, using: kernels)
    }
    guard rate.isTelephony else { return nil }
    guard narrowing != nil else { return listen(samples) }
    var beep: Beep?
    var start = 0
    var room = [512 of Int16](repeating: 0)
    while let count = narrowing?.next(of: samples, from: &start, into: &room) {
      beep = listen(room.span.extracting(first: count)) ?? beep
    }
    return beep
  }

  private mutating func listen(_ samples: Span<Int16>) -> Beep? {
    var beep: Beep?
    for index in samples.indices {
      block[filled] = samples[index]
      filled += 1
      guard filled == Self.blockSize else { continue }
      filled = 0
      beep = judge() ?? beep
      blockCount += 1
    }
    return beep
  }

  /// The mean square of the block, and the cosine of the sine that it is; nil where it is none.
  private var fit: (power: Double, cosine: Double?) {
    // A sine obeys x[n-1] + x[n+1] = 2 cos(w) x[n].
    var own = 0.0
    var cross = 0.0
    for index in 1..<(Self.blockSize - 1) {
      let middle = Double(block[index])
      own += middle * middle
      cross += (Double(block[index - 1]) + Double(block[index + 1])) * middle
    }
    let power = own / Double(Self.blockSize - 2)
    guard power > Self.leastPower else { return (power, nil) }
    let cosine = cross / (2 * own)
    guard Self.cosines.contains(cosine) else { return (power, nil) }
    return (power, share(of: cosine) >= Self.leastShare ? cosine : nil)
  }

  /// How much of the block's energy a sine holds, about 0 to 1.
  private func share(of cosine: Double) -> Double {
    let sine = (1 - cosine * cosine).squareRoot()
    var (turnReal, turnImaginary) = (1.0, 0.0)
    var (real, imaginary, energy) = (0.0, 0.0, 0.0)
    for index in 0..<Self.blockSize {
      let x = Double(block[index])
      real += turnReal * x
      imaginary += turnImaginary * x
      energy += x * x
      let next = turnReal * cosine - turnImaginary * sine
      turnImaginary = turnReal * sine + turnImaginary * cosine
      turnReal = next
    }
    return 2 * (real * real + imaginary * imaginary) / (Double(Self.blockSize) * energy)
  }

  private mutating func judge() -> Beep? {
    let (power, cosine) = fit
    if let cosine {
      if var known = tone, behind == 0, isSame(known, cosine, power) {
        known.count += 1
        // The mean of all of its blocks, the first of which it may not fill.
        known.cosine += (cosine - known.cosine) / Double(known.count)
        known.power = max(known.power, power)
        tone = known
      } else {
        let isBehindOther = blockCount - toneEnd < 2 * Self.quietBlocks && isLong
        tone = Tone(
          first: blockCount, cosine: cosine, power: power, isBehindOther: isBehindOther)
      }
      behind = 0
      toneEnd = blockCount + 1
      return nil
    }
    guard let known = tone else { return nil }
    behind += 1
    // The block in which it ends holds some of it.
    if behind > 1, power * 100 > known.power {
      tone = nil
      behind = 0
      return nil
    }
    guard behind > Self.quietBlocks else { return nil }
    defer { (tone, behind) = (nil, 0) }
    guard (Self.leastBlocks...Self.mostBlocks).contains(known.count), !known.isBehindOther else {
      return nil
    }
    return Beep(
      hertz: Self.hertz(known.cosine), position: .milliseconds(20 * known.first),
      duration: .milliseconds(20 * known.count))
  }

  /// Whether the tone that there was lasted as one of an announcement does.
  private var isLong: Bool { tone.map { $0.count >= Self.leastBlocks } ?? false }

  /// Within 2 % of the frequency and 6 dB of the loudest.
  private func isSame(_ tone: Tone, _ cosine: Double, _ power: Double) -> Bool {
    let (old, new) = (Self.hertz(tone.cosine), Self.hertz(cosine))
    return abs(old - new) * 50 <= old && power * 4 > tone.power
  }

  /// The frequency of a cosine between 0 and 0.924, by bisection of a polynomial's: there is no arc cosine
  /// that is the same everywhere.
  private static func hertz(_ cosine: Double) -> Int {
    var low = 400
    var high = 2_100
    while high - low > 1 {
      let middle = (low + high) / 2
      if Self.cosine(hertz: middle) > cosine { low = middle } else { high = middle }
    }
    return high
  }

  /// cos(2 pi f / 8000) for 0 to 2,100 Hz, to 1e-6.
  private static func cosine(hertz: Int) -> Double {
    let x = 2 * Double.pi * Double(hertz) / 8_000
    let square = x * x
    return 1
      - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56 * (1 - square / 90))))
  }
}
