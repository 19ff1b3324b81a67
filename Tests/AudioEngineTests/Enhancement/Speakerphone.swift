import SeededRandom
import Testing

@testable import AudioEngine

/// A caller on a speakerphone under a virtual clock: what the bot says comes back through mu-law, later, softer
/// and twice, beside what the caller says himself.
struct Speakerphone: ~Copyable {
  var driver: SessionDriver
  /// What is to be added to each frame of the caller's; nothing by default.
  var caller: [Int16] = []
  /// Echo and caller as they came, and what the bot heard.
  private(set) var came: [Int16] = []
  private(set) var heard: [Int16] = []

  private let rate: SampleRate
  private let wire: WireFormat
  /// From the ear to us, in samples.
  private let way: Int
  /// What the ear plays by the clock, sample by sample from the start.
  private var far: [Int16] = []
  private var onTheWay: [(arrival: Int64, samples: [Int16])] = []
  private var spoken = 0
  private var chunkCount = 0
  private var clearCount = 0
  private let began: Int64

  init(
    _ wire: WireFormat = WireFormat(.mulaw, .hz8000), way: Duration = .milliseconds(120),
    enhancement: EnhancementOptions? = EnhancementOptions(cancelsEcho: true)
  ) throws {
    self.wire = wire
    rate = wire.rate
    self.way = rate.sampleCount(nanoseconds: way.wholeNanoseconds)
    let frame = wire.byteCount(nanoseconds: 20_000_000)
    driver = try SessionDriver(
      wire: wire, botRate: wire.rate,
      chunk: ChunkPolicy(
        minimumBytes: frame, maximumBytes: 76 * frame, multipleBytes: frame, preferredBytes: frame)
    ) { $0.enhancement = enhancement }
    began = driver.now
  }

  /// Noise in syllables of a quarter second, as unlike itself as speech is.
  static func talk(_ duration: Duration, at rate: SampleRate, seed: UInt64) -> [Int16] {
    var random = SplitMix64(seed: seed)
    var level = 0
    var smooth = 0
    return (0..<rate.sampleCount(nanoseconds: duration.wholeNanoseconds)).map { index in
      if index % (rate.hertz / 4) == 0 { level = Int.random(in: 0...8_000, using: &random) }
      smooth += (Int.random(in: -8_000...8_000, using: &random) - smooth) / 2
      return Int16(clamping: smooth * level / 8_000)
    }
  }

  /// The bot says so much of what ``talk(_:at:seed:)`` makes.
  mutating func say(_ duration: Duration, seed: UInt64, isInterruptible: Bool = true) throws {
    try driver.begin(UtteranceOptions(isInterruptible: isInterruptible))
    let speech = Self.talk(duration, at: rate, seed: seed)
    _ = try driver.session.write(speech.span, to: driver.epoch, at: driver.time)
    try driver.session.finish(driver.epoch)
  }

  /// Lets the call go on by messages of `length`, each of which arrives later than it was spoken by what
  /// `late` says of its number, though never before the one ahead of it.
  mutating func run(
    _ duration: Duration, message length: Duration = .milliseconds(20),
    late: (Int) -> Duration = { _ in .zero }
  ) {
    let count = rate.sampleCount(nanoseconds: length.wholeNanoseconds)
    for index in 0..<Int(duration / length) {
      let end = driver.now + length.wholeNanoseconds
      arrive(until: end)
      driver.run(.nanoseconds(end - driver.now))
      play()
      let arrival = max(end + late(index).wholeNanoseconds, onTheWay.last?.arrival ?? end)
      onTheWay.append((arrival, speak(count)))
      arrive(until: end)
    }
  }

  private mutating func arrive(until end: Int64) {
    while let first = onTheWay.first, first.arrival <= end {
      onTheWay.removeFirst()
      driver.run(.nanoseconds(max(first.arrival - driver.now, 0)))
      deliver(first.samples)
    }
  }

  /// So much time has passed of which nothing was sent.
  mutating func skip(_ duration: Duration) {
    spoken += rate.sampleCount(nanoseconds: duration.wholeNanoseconds)
  }

  var interruptions: Int {
    driver.events.count { if case .bargedIn = $0 { true } else { false } }
  }

  /// By how much softer what the bot heard is than what came, in dB, of the last `duration`.
  func attenuation(ofLast duration: Duration) -> Double {
    let count = rate.sampleCount(nanoseconds: duration.wholeNanoseconds)
    func energy(_ samples: [Int16]) -> Double {
      samples.suffix(count).reduce(1) { $0 + Double($1) * Double($1) }
    }
    let ratio = energy(came) / energy(heard)
    // Ten times the logarithm, which is not in the standard library.
    var decibels = 0.0
    var rest = ratio
    while rest > 1.122_018 { (rest, decibels) = (rest / 1.122_018, decibels + 1) }
    return decibels
  }

  /// Puts what has left where the ear plays it.
  private mutating func play() {
    if driver.clears.count > clearCount, let at = driver.clears.last {
      clearCount = driver.clears.count
      far.removeLast(max(far.count - place(at), 0))
    }
    while chunkCount < driver.chunks.count {
      let chunk = driver.chunks[chunkCount]
      chunkCount += 1
      let start = place(chunk.at)
      if far.count < start { far += [Int16](repeating: 0, count: start - far.count) }
      far += wire.encoding.samples(of: chunk.payload.span, in: 0..<chunk.payload.count)
    }
  }

  private func place(_ time: Int64) -> Int { rate.sampleCount(nanoseconds: time - began) }

  private mutating func speak(_ count: Int) -> [Int16] {
    let start = spoken
    spoken += count
    let second = way + rate.hertz / 40
    let samples = (start..<(start + count)).map { index -> Int16 in
      let own = index - start < caller.count ? Int(caller[index - start]) : 0
      return Int16(clamping: played(index - way) / 3 + played(index - second) / 6 + own)
    }
    caller.removeFirst(min(count, caller.count))
    return samples
  }

  private mutating func deliver(_ spoken: [Int16]) {
    var samples = spoken
    let count = samples.count
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    G711.mulawEncode(samples.span, into: &raw)
    var target = samples.mutableSpan
    unsafe G711.mulawDecode(bytes.span.bytes, into: &target)
    came += samples
    if wire.encoding == .mulaw {
      _ = unsafe driver.session.receive(payload: bytes.span.bytes, at: driver.time)
    } else {
      let linear = SessionDriver.bytes(samples)
      _ = unsafe driver.session.receive(payload: linear.span.bytes, at: driver.time)
    }
    var frame = [Int16](repeating: 0, count: driver.session.readableCount)
    var readable = frame.mutableSpan
    let read = driver.session.read(into: &readable)
    heard += frame.prefix(read)
  }

  private func played(_ index: Int) -> Int {
    far.indices.contains(index) ? Int(far[index]) : 0
  }
}
