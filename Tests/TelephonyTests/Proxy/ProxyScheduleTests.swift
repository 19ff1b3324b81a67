import AudioEngine
import SeededRandom
import Telephony
import Testing

/// Random bots behind random platforms, under the virtual clock: nothing lost, nothing doubled, marks in
/// order, all of it bounded.
@Suite("Proxy schedules") struct ProxyScheduleTests {
  private static let pairs: [(WireFormat, Platform)] = PlatformRegistry.standard.entries
    .filter { $0.makeEnd != nil }
    .flatMap { entry in
      [WireFormat(.linear16, .hz8000), WireFormat(.mulaw, .hz8000)].map { ($0, entry.platform) }
    }

  @Test(
    "what a bot says reaches the platform once, in order, or is counted as lost", arguments: pairs)
  func schedule(_ wire: WireFormat, _ dialect: Platform) throws {
    for seed in 0..<UInt64(12) { try run(wire, dialect, seed: seed) }
  }

  private func run(_ wire: WireFormat, _ dialect: Platform, seed: UInt64) throws {
    var random = SplitMix64(seed: seed &* 7_919 &+ 5)
    let queue = Duration.seconds(Int.random(in: 1...8, using: &random))
    let trial = try ProxyTrial(wire, dialect: dialect, queue: queue)
    let format = trial.proxy.format
    trial.begin()
    var written: [Int16] = []
    var next = 0
    /// Where each clear cut what was written.
    var cuts: [Int] = []
    /// And what had reached the platform then.
    var boundaries: [Int] = []
    var marks: [(name: String, at: Int)] = []
    for _ in 0..<Int.random(in: 5...60, using: &random) {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<55:
        let count = [1, 7, 160, 333, 1_600, 8_000].randomElement(using: &random) ?? 1
        for _ in 0..<(count == 1 ? 20 : 1) {
          let piece = (0..<count).map { Self.sample(next + $0, format, wire) }
          let before = trial.counts.samplesTaken
          _ = trial.send(ProxyTrial.media(piece, dialect, format.encoding))
          // What a full queue refuses is the end of the piece.
          written += piece.prefix(trial.counts.samplesTaken - before)
          next += count
        }
      case 55..<70:
        let name = "m\(marks.count)"
        marks.append((name, written.count))
        _ = trial.send(ProxyTrial.mark(name, dialect))
      case 70..<76:
        cuts.append(written.count)
        _ = trial.send(ProxyTrial.clear(dialect))
        boundaries.append(trial.arrived.count)
      default:
        trial.wait(Int.random(in: 1...400, using: &random))
      }
      #expect(trial.queued <= queue + .milliseconds(10))
    }
    for _ in 0..<200 where !trial.isDrained { trial.wait(100) }
    #expect(trial.isDrained)
    let context: Comment = "seed \(seed) \(wire) \(dialect)"

    // What arrived is what was written, without what a clear found unsent.
    var position = 0
    var place = 0
    for (cut, boundary) in zip(cuts + [written.count], boundaries + [trial.arrived.count]) {
      let stretch = written[position..<cut]
      let arrived = trial.arrived[place..<boundary]
      #expect(arrived == stretch.prefix(arrived.count), context)
      position = cut
      place = boundary
    }
    #expect(
      trial.arrived.count - (boundaries.last ?? 0) == written.count - (cuts.last ?? 0), context)
    let counts = trial.counts
    #expect(counts.samplesTaken == written.count, context)
    #expect(counts.samplesTaken + counts.samplesBeyondQueue == next, context)
    #expect(counts.samplesStale == 0 && counts.samplesRefused == 0, context)

    // Marks come back in order, each once; all of them, or all whose audio no clear has cut off.
    let told = trial.marksTold
    #expect(told == marks.map(\.name).filter(Set(told).contains), context)
    #expect(Set(told).count == told.count, context)
    let lastCut = cuts.last ?? 0
    let sure = marks.filter { $0.at > lastCut }.map(\.name)
    #expect(told.suffix(sure.count) == sure[...], context)
    if trial.proxy.end.habits.marksAtClear == .returned || cuts.isEmpty {
      #expect(told == marks.map(\.name), context)
    }
  }

  /// Sounds that no two neighbours share, none of them silence, that survive the way to the wire.
  private static func sample(_ index: Int, _ format: WireFormat, _ wire: WireFormat) -> Int16 {
    if format.encoding == .linear16, wire.encoding == .linear16 {
      return Int16(index % 30_000 + 300)
    }
    var code: [UInt8] = [0x80 + UInt8(index % 100)]
    var samples: [Int16] = [0]
    var span = samples.mutableSpan
    unsafe G711.mulawDecode(code.span.bytes, into: &span)
    code.removeAll()
    return samples[0]
  }

  @Test(
    "the caller's audio reaches the bot whole, in messages of the dialect's size", arguments: pairs)
  func caller(_ wire: WireFormat, _ dialect: Platform) throws {
    var random = SplitMix64(seed: 3)
    let trial = try ProxyTrial(wire, dialect: dialect)
    trial.begin()
    var spoken: [Int16] = []
    for _ in 0..<300 {
      let piece = (0..<Int.random(in: 1...900, using: &random)).map {
        Self.sample(spoken.count + $0, WireFormat(.mulaw, .hz8000), wire)
      }
      spoken += piece
      trial.speak(piece)
      trial.wait(Int.random(in: 1...40, using: &random))
    }
    let frame = trial.proxy.format.rate.sampleCount(
      nanoseconds: trial.proxy.end.habits.cadence.wholeNanoseconds)
    #expect(trial.heardByBot.count == spoken.count / frame * frame)
    #expect(trial.heardByBot[...] == spoken.prefix(trial.heardByBot.count))
    #expect(trial.sizes == [frame * trial.proxy.format.encoding.bytesPerSample])
    let step = Int(trial.proxy.end.habits.cadence / .milliseconds(1))
    #expect(trial.timestamps == (0..<trial.timestamps.count).map { $0 * step })
  }
}
