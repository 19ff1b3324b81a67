import AudioEngine
import Foundation
import SeededRandom
import Telephony
import Testing

@testable import CallSimulator

/// A recording beside the ear that it tells of: minutes of a caller who speaks, is lost for moments,
/// and speaks over a bot whose host stalls.
@Suite("Recording of a simulated call") struct SimulatedRecordingTests {
  /// Samples none of which is silent, and of which no eight in a row come again.
  private static func marked(_ count: Int, from first: Int) -> [Int16] {
    (first..<(first + count)).map { index in
      let mixed = (index &+ 1) &* 0x1E37_79B9_7F4A_7C15
      return Int16(
        truncatingIfNeeded: ((mixed ^ (mixed >> 29)) &* 0x2545_F491 >> 20 & 0x3FFF) + 1_000)
    }
  }

  /// Where a millisecond of each eight of `truth` is in `other`, as the largest distance, and how many
  /// are nowhere within 40 ms. Those with silence in them are left out.
  private static func compare(
    _ truth: [Int16], with other: [Int16], but isExcused: (Int) -> Bool = { _ in false }
  ) -> (largest: Int, missing: Int, found: Int) {
    let size = 8
    var shift = 0
    var result = (largest: 0, missing: 0, found: 0)
    func holds(_ at: Int, _ place: Int) -> Bool {
      guard place >= 0, place + size <= other.count else { return false }
      for index in 0..<size where truth[at + index] != other[place + index] { return false }
      return true
    }
    var at = 0
    while at + size <= truth.count {
      defer { at += 8 * size }
      guard !truth[at..<(at + size)].contains(0), !isExcused(at) else { continue }
      if !holds(at, at + shift) {
        guard
          let found = (0...640).first(where: { away in
            holds(at, at + away / 2 * (away % 2 == 0 ? 1 : -1))
          })
        else {
          result.missing += 1
          continue
        }
        shift = found / 2 * (found % 2 == 0 ? 1 : -1)
      }
      result.found += 1
      result.largest = max(result.largest, abs(shift))
    }
    return result
  }

  @Test("keeps both ears to 20 ms over minutes of stalls, barge-ins and drop-outs")
  func stalls() throws {
    // Ten minutes take this test most of one: `make recording` does that.
    let isLong = ProcessInfo.processInfo.environment["SIDETONE_LONG"] == "1"
    let seconds = isLong ? 600 : 120
    let format = WireFormat(.linear16, .hz8000)
    let said = Self.marked(seconds * 8_000, from: 0)
    let script = try #require(CallerScript(saying: WaveFile(rate: .hz8000, samples: said)))
    var written = 0
    var seed = SplitMix64(seed: 7)
    var taken: [RecordedStretch] = []
    let session = SessionBot { session, event, now in
      if case .started = event { session.media?.beginRecording(at: now) }
      if case .audio = event {
        // The caller is not listened to; whether the bot speaks, how much, and whether it is spoken
        // over, is left to chance.
        let chance = seed.next() % 100
        if chance < 6 {
          let count = Int(seed.next() % 16_000) + 80
          let samples = Self.marked(count, from: 10_000_000 + written)
          written += count
          _ = try? session.media?.write(samples.span, at: now)
        } else if chance < 8 {
          _ = session.media?.interrupt(at: now)
        }
      }
      while let stretch = session.media?.takeRecording(at: now) { taken.append(stretch) }
    }
    var options = ExotelPlatform.Options()
    options.rules.expectsEcho = false
    var call = Simulation(
      platform: ExotelPlatform(script: script, options: options),
      bot: HinderedBot(session, seed: 11))
    var clears: [Int] = []
    call.observe = { now, arrival in
      if case .atPlatform(.send(.text(let text))) = arrival,
        String(decoding: text.prefix(64), as: UTF8.self).contains("clear")
      {
        clears.append(format.rate.sampleCount(nanoseconds: now.nanoseconds))
      }
    }
    let report = call.run()
    #expect(report.closeCode == 1000)
    #expect(call.bot.stalls > 10 && call.bot.lost > 10 && clears.count > 5)

    var bot: [Int16] = []
    var caller: [Int16] = []
    for stretch in taken {
      #expect(stretch.start == bot.count)
      let both = stretch.interleaved
      caller += stride(from: 0, to: both.count, by: 2).map { both[$0] }
      bot += stride(from: 1, to: both.count, by: 2).map { both[$0] }
    }
    // The caller hangs up two seconds after his last word.
    #expect(abs(bot.count - (seconds + 2) * 8_000) <= 160)
    let heard = call.platform.heard(at: call.now).samples
    // The slice that is in the ear when a clear comes is finished; nobody tells the bot how much of it
    // was left.
    let ear = Self.compare(heard, with: bot) { at in
      clears.contains { (($0 - 8)..<($0 + 168)).contains(at) }
    }
    let told = Self.compare(bot, with: heard) { at in
      clears.contains { (($0 - 168)..<($0 + 8)).contains(at) }
    }
    #expect(ear.missing == 0 && ear.found > 2_000 && ear.largest <= 160, "\(ear)")
    #expect(told.missing == 0 && told.largest <= 160, "\(told)")
    let mouth = Self.compare(caller, with: said)
    #expect(mouth.missing == 0 && mouth.found > 12_000 && mouth.largest <= 160, "\(mouth)")
  }
}

/// A bot whose host stands still now and then, for up to 400 ms, and to which messages of the caller's get
/// lost.
private struct HinderedBot<Bot: SimulatedBot>: SimulatedBot {
  private var bot: Bot
  private var random: SplitMix64
  private var waiting: [BotEvent] = []
  private var stalledUntil = MonotonicTime.zero
  private var now = MonotonicTime.zero
  private(set) var stalls = 0
  private(set) var lost = 0

  init(_ bot: Bot, seed: UInt64) {
    self.bot = bot
    random = SplitMix64(seed: seed)
  }

  mutating func received(_ event: BotEvent, at now: MonotonicTime) {
    self.now = now
    if now >= stalledUntil { wake(at: now) }
    if case .text(let text) = event,
      String(decoding: text.prefix(64), as: UTF8.self).contains("media")
    {
      let chance = random.next() % 100
      if chance < 2, now.nanoseconds > 2_000_000_000 {
        lost += 1
        return
      }
      if chance < 4 {
        stalls += 1
        stalledUntil = now + .milliseconds(Int(random.next() % 400))
      }
    }
    if now < stalledUntil {
      waiting.append(event)
    } else {
      bot.received(event, at: now)
    }
  }

  private mutating func wake(at now: MonotonicTime) {
    let events = waiting
    waiting = []
    for event in events { bot.received(event, at: now) }
  }

  mutating func poll(at now: MonotonicTime) -> BotAction? {
    self.now = now
    guard now >= stalledUntil else { return nil }
    wake(at: now)
    return bot.poll(at: now)
  }

  var nextDeadline: MonotonicTime? {
    guard now < stalledUntil else { return bot.nextDeadline }
    return stalledUntil
  }
}
