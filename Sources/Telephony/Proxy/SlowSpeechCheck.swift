/// Finds out whether speech plays at half its speed or less: samples of 16 or 24 kHz under a label of 8 kHz.
///
/// How far the spectrum reaches says nothing, since upsampled speech is legal; where a voice's formants lie
/// does. The measure is the mean frequency of a frame, weighed by amplitude. Of five recorded speakers its
/// median over any 120 loud frames is 641 Hz or more at their own rate; at half the speed it mostly is below
/// 540 Hz, and at most 681.
/// Tones, steady sounds and what never pauses are no speech and say nothing.
///
/// Looks at the first ``mostFrames`` loud frames alone, then lets go of its memory (4 KiB). Allocates nothing
/// beyond that.
struct SlowSpeechCheck {
  /// Frames of 32 ms that one judgement takes.
  static let framesAJudgement = 120
  /// What has not shown by then, after a quarter of a minute of speech, is not looked for any more.
  static let mostFrames = 480
  /// A median below this is no human throat's.
  private static let slowest: Float = 540
  /// The root of the mean square that is loud enough to tell.
  private static let quiet = 500
  /// The power that a tone's two strongest peaks hold.
  private static let tone: Float = 0.97
  private static let size = 256
  private static let binHertz: Float = 8_000 / 256

  /// How many samples make one of 8 kHz.
  private let factor: Int
  private var sum = 0
  private var summed = 0
  private var frame: [Int16] = []
  private var work: [Float] = []
  private var table: [Float] = []
  private var frames = 0
  private var slowFrames = 0
  private var toneFrames = 0
  private var quietFrames = 0
  /// For the spread of the measure over the frames.
  private var centres: (sum: Float, squares: Float) = (0, 0)
  private var judged = 0

  /// Makes a check of samples at `hertz`, a multiple of 8,000.
  init(hertz: Int) { factor = max(hertz / 8_000, 1) }

  /// Whether nothing more is looked at.
  private(set) var isOver = false

  /// Takes the bot's next samples.
  ///
  /// - Returns: whether they have turned out to be speech at half its speed; true once at most.
  mutating func add(_ samples: Span<Int16>) -> Bool {
    guard !isOver else { return false }
    for index in 0..<samples.count {
      sum += Int(samples[index])
      summed += 1
      guard summed == factor else { continue }
      frame.append(Int16(truncatingIfNeeded: sum / factor))
      sum = 0
      summed = 0
      guard frame.count == Self.size else { continue }
      measure()
      frame.removeAll(keepingCapacity: true)
      guard frames == Self.framesAJudgement else { continue }
      let isSlow = isSlowSpeech
      judged += frames
      if isSlow || judged >= Self.mostFrames { finish() }
      if isSlow { return true }
      (frames, slowFrames, toneFrames, quietFrames, centres) = (0, 0, 0, 0, (0, 0))
    }
    return false
  }

  private mutating func finish() {
    isOver = true
    (frame, work, table) = ([], [], [])
  }

  /// More than half of the frames are below the limit, and they pause and differ as speech does. Of slow
  /// speech four frames in five may look like tones.
  private var isSlowSpeech: Bool {
    let count = Float(frames)
    let mean = centres.sum / count
    let spread = centres.squares / count - mean * mean
    return slowFrames * 2 > frames && toneFrames * 10 < frames * 9 && quietFrames * 20 > frames
      && spread > mean * mean / 50
  }

  private mutating func measure() {
    var total = 0
    var power = 0
    for sample in frame { total += Int(sample) }
    let mean = total / Self.size
    for sample in frame { power += (Int(sample) - mean) * (Int(sample) - mean) }
    guard power >= Self.quiet * Self.quiet * Self.size else {
      quietFrames += 1
      return
    }
    if table.isEmpty { prepare() }
    transform(mean: Float(mean))
    // Two peaks, each with its neighbours in Hann's window.
    var sums: (root: Float, weighed: Float, power: Float) = (0, 0, 0)
    for bin in 2...Self.size / 2 {
      let value = work[bin]
      let root = value.squareRoot()
      sums.root += root
      sums.weighed += root * Float(bin) * Self.binHertz
      sums.power += value
    }
    let centre = sums.weighed / max(sums.root, .leastNormalMagnitude)
    frames += 1
    if centre < Self.slowest { slowFrames += 1 }
    if takePeak() + takePeak() > sums.power * Self.tone { toneFrames += 1 }
    centres.sum += centre
    centres.squares += centre * centre
  }

  /// Takes the strongest peak out of the power spectrum; what it held.
  private mutating func takePeak() -> Float {
    var peak = 2
    for bin in 2...Self.size / 2 where work[bin] > work[peak] { peak = bin }
    var held: Float = 0
    for bin in max(peak - 2, 2)...min(peak + 2, Self.size / 2) {
      held += work[bin]
      work[bin] = 0
    }
    return held
  }

  /// A whole turn's cosine, by the addition theorem from half of half of half a turn.
  private mutating func prepare() {
    var cosine = -1.0
    var step = Self.size / 2
    while step > 1 {
      cosine = ((1 + cosine) / 2).squareRoot()
      step /= 2
    }
    let sine = (1 - cosine * cosine).squareRoot()
    var point = (cosine: 1.0, sine: 0.0)
    table = [Float](repeating: 0, count: Self.size)
    for index in 0..<Self.size {
      table[index] = Float(point.cosine)
      point = (
        point.cosine * cosine - point.sine * sine, point.sine * cosine + point.cosine * sine
      )
    }
    work = [Float](repeating: 0, count: 2 * Self.size)
  }

  /// The power spectrum of the frame under Hann's window, into the first half of `work`: Cooley and Tukey's
  /// transform, real parts in the first half, imaginary ones in the second.
  private mutating func transform(mean: Float) {
    let size = Self.size
    for index in 0..<size {
      let place = Int(UInt8(truncatingIfNeeded: index).reversedBits)
      work[place] = (Float(frame[index]) - mean) * (0.5 - 0.5 * table[index])
      work[size + index] = 0
    }
    var half = 1
    while half < size {
      let stride = size / (2 * half)
      for offset in 0..<half {
        let cosine = table[offset * stride]
        // A quarter of a turn on, a cosine is less its sine.
        let sine = table[(offset * stride + size / 4) % size]
        var upper = offset
        while upper < size {
          let lower = upper + half
          let real = work[lower] * cosine - work[size + lower] * sine
          let imaginary = work[lower] * sine + work[size + lower] * cosine
          work[lower] = work[upper] - real
          work[size + lower] = work[size + upper] - imaginary
          work[upper] += real
          work[size + upper] += imaginary
          upper += 2 * half
        }
      }
      half *= 2
    }
    for bin in 0...size / 2 {
      work[bin] = work[bin] * work[bin] + work[size + bin] * work[size + bin]
    }
  }
}

extension UInt8 {
  /// The same with its lowest bit highest.
  fileprivate var reversedBits: UInt8 {
    var bits = self
    bits = bits >> 4 | bits << 4
    bits = (bits & 0xCC) >> 2 | (bits & 0x33) << 2
    return (bits & 0xAA) >> 1 | (bits & 0x55) << 1
  }
}
