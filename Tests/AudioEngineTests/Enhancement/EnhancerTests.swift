import CSpeexDSP
import SeededRandom
import Testing

@testable import AudioEngine

/// Echoes that are made here: the far end later, softer and twice, through mu-law.
@Suite struct EnhancerTests {
  /// Noise in syllables of a quarter second, as unlike itself as speech is.
  private static func talk(_ count: Int, rate: SampleRate, seed: UInt64) -> [Int16] {
    var random = SplitMix64(seed: seed)
    var level = 0
    var smooth = 0
    return (0..<count).map { index in
      if index % (rate.hertz / 4) == 0 { level = Int.random(in: 0...8_000, using: &random) }
      smooth += (Int.random(in: -8_000...8_000, using: &random) - smooth) / 2
      return Int16(clamping: smooth * level / 8_000)
    }
  }

  private static func echo(of far: [Int16], delay: Int, rate: SampleRate) -> [Int16] {
    let second = rate.hertz / 40
    let clean = far.indices.map { index -> Int16 in
      let first = index >= delay ? Int(far[index - delay]) : 0
      let later = index >= delay + second ? Int(far[index - delay - second]) : 0
      return Int16(clamping: first / 3 + later / 6)
    }
    var bytes = [UInt8](repeating: 0, count: clean.count)
    var samples = clean
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    G711.mulawEncode(clean.span, into: &raw)
    var target = samples.mutableSpan
    unsafe G711.mulawDecode(bytes.span.bytes, into: &target)
    return samples
  }

  private static func energy(_ samples: ArraySlice<Int16>) -> Double {
    samples.reduce(1) { $0 + Double($1) * Double($1) }
  }

  /// Lets `near` go through, frame by frame.
  private static func run(
    _ enhancer: inout Enhancer, _ near: [Int16], far: [Int16]
  ) -> [Int16] {
    var samples = near
    let size = enhancer.frameSampleCount
    for start in stride(from: 0, to: near.count - near.count % size, by: size) {
      var all = samples.mutableSpan
      var frame = all._mutatingExtracting(start..<(start + size))
      enhancer.process(&frame, far: far.span.extracting(start..<(start + size)))
    }
    return samples
  }

  @Test(
    "finds an echo wherever it is, and takes 20 dB of it out after two seconds",
    arguments: [(8_000, 0), (8_000, 40), (8_000, 233), (8_000, 480), (16_000, 120), (24_000, 400)])
  func echo(hertz: Int, milliseconds: Int) throws {
    let rate = try #require(SampleRate(hertz: hertz))
    let far = Self.talk(5 * hertz, rate: rate, seed: 3)
    let near = Self.echo(of: far, delay: milliseconds * hertz / 1_000, rate: rate)
    var enhancer = try Enhancer(EnhancementOptions(cancelsEcho: true), rate: rate)
    let cleaned = Self.run(&enhancer, near, far: far)
    let found = enhancer.delay
    let delay = try #require(found)
    #expect(abs(delay.inMilliseconds - Double(milliseconds)) <= 2)
    #expect(enhancer.realignments == 0)
    let late = (2 * hertz)...
    #expect(Self.energy(near[late]) > 100 * Self.energy(cleaned[late]))
  }

  @Test("finds an echo again that has moved by 200 ms")
  func moves() throws {
    let far = Self.talk(80_000, rate: .hz8000, seed: 4)
    let early = Self.echo(of: far, delay: 400, rate: .hz8000)
    let late = Self.echo(of: far, delay: 2_000, rate: .hz8000)
    var enhancer = try Enhancer(EnhancementOptions(cancelsEcho: true), rate: .hz8000)
    let cleaned = Self.run(&enhancer, Array(early[..<32_000] + late[32_000...]), far: far)
    #expect(enhancer.realignments == 1)
    #expect(abs((enhancer.delay ?? .zero).inMilliseconds - 250) <= 2)
    #expect(Self.energy(late[64_000...]) > 100 * Self.energy(cleaned[64_000...]))
  }

  @Test("without a far end there is no echo to find, and the caller is left alone")
  func nothing() throws {
    let near = Self.talk(24_000, rate: .hz8000, seed: 5)
    let silence = [Int16](repeating: 0, count: near.count)
    var enhancer = try Enhancer(EnhancementOptions(cancelsEcho: true), rate: .hz8000)
    let same = Self.run(&enhancer, near, far: silence)
    let found = enhancer.delay
    #expect(found == nil)
    let kept = Self.energy(same[8_000...]) / Self.energy(near[8_000...])
    #expect((0.5...2).contains(kept), "\(kept)")
    // Another voice is no echo either.
    var other = try Enhancer(EnhancementOptions(cancelsEcho: true), rate: .hz8000)
    _ = Self.run(&other, near, far: Self.talk(24_000, rate: .hz8000, seed: 6))
    let alsoFound = other.delay
    #expect(alsoFound == nil)
  }

  @Test("suppresses steady noise")
  func noise() throws {
    var random = SplitMix64(seed: 7)
    let noise = (0..<40_000).map { _ in Int16.random(in: -400...400, using: &random) }
    var enhancer = try Enhancer(EnhancementOptions(suppressesNoise: true), rate: .hz8000)
    let quiet = Self.run(&enhancer, noise, far: noise)
    #expect(Self.energy(noise[24_000...]) > 10 * Self.energy(quiet[24_000...]))
  }

  @Test("numbers without a whole mantissa count as 0 for the filters, and for nobody else")
  func subnormals() throws {
    let least = Float.leastNormalMagnitude
    var enhancer = try Enhancer(EnhancementOptions(cancelsEcho: true), rate: .hz8000)
    _ = Self.run(
      &enhancer, [Int16](repeating: 9, count: 160), far: [Int16](repeating: 9, count: 160))
    #expect(Self.half(least) > 0)
    #if arch(x86_64) || arch(arm64)
      let floats = sidetone_ignore_subnormals()
      let half = Self.half(least)
      sidetone_restore_subnormals(floats)
      #expect(half == 0)
    #endif
    #expect(Self.half(least) > 0)
  }

  // Not optimised: a compiler takes arithmetic to be the same whenever it is done, and does it once.
  @_optimize(none) @inline(never) private static func half(_ value: Float) -> Float { value / 2 }

  @Test("knows the rates of calls alone")
  func rates() throws {
    let rate = try #require(SampleRate(hertz: 48_000))
    #expect(throws: EnhancementError.unsupportedRate(rate)) {
      _ = try Enhancer(EnhancementOptions(), rate: rate)
    }
  }
}
