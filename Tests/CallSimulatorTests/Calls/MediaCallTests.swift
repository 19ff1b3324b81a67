import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Telephony
import TestSupport
import Testing

/// What every call offers its bot, on every kind of call, over real sockets.
@Suite("every call", .timeLimit(.minutes(3))) struct MediaCallTests {
  /// Rates that synthesisers have, those of no telephone among them.
  private static let rates = [8_000, 24_000, 16_000, 44_100, 48_000, 11_025].compactMap(
    SampleRate.init)

  /// Sends frame after frame of one tone, each at another rate.
  private struct FramesOfEveryRate: CallTrial {
    func carry(_ call: some MediaCall) async throws {
      for rate in MediaCallTests.rates {
        let tone = CallKind.tone(hertz: 440, .milliseconds(300), rate)
        for start in stride(from: 0, to: tone.samples.count, by: rate.hertz / 50) {
          let samples = tone.samples[start..<min(start + rate.hertz / 50, tone.samples.count)]
          try await call.send(AudioFrame(samples: Array(samples), rate: rate))
        }
      }
    }
  }

  @Test("a frame is heard at its own pitch, whatever its rate", arguments: CallKind.allCases)
  func frames(kind: CallKind) async throws {
    let outcome = try await kind.run(FramesOfEveryRate())
    let pitch = try #require(Pitch(of: outcome.heard))
    #expect(pitch.isTone(of: 440, lasting: 1.8), "\(pitch)")
  }

  /// Writes one tone as samples, as bytes in odd pieces and as a recording, each at another rate.
  private struct EveryWayToWrite: CallTrial {
    func carry(_ call: some MediaCall) async throws -> UtteranceOutcome {
      let answer = try await call.say(UtteranceOptions(rate: .hz24000))
      try await answer.write(CallKind.tone(hertz: 440, .milliseconds(300), .hz24000).samples)
      let other = CallKind.tone(hertz: 440, .milliseconds(300), .hz16000).samples
      try await answer.write(other, at: .hz16000)
      let bytes = Data(
        CallKind.tone(hertz: 440, .milliseconds(300), .hz24000).encoded().dropFirst(44))
      var start = bytes.startIndex
      for size in [1, 2, 3, 4_097, 1, 5_001, .max] {
        let end = size < bytes.endIndex - start ? start + size : bytes.endIndex
        try await answer.write(pcm: bytes[start..<end])
        start = end
      }
      let rate = try #require(SampleRate(hertz: 22_050))
      try await answer.write(CallKind.tone(hertz: 440, .milliseconds(300), rate))
      try await answer.write(AudioFrame(samples: other, rate: .hz16000))
      try await answer.finish()
      return await answer.outcome
    }
  }

  @Test(
    "samples, bytes cut anywhere, frames and recordings of any rate make one utterance",
    arguments: CallKind.allCases)
  func writes(kind: CallKind) async throws {
    let outcome = try await kind.run(EveryWayToWrite())
    #expect(outcome.value == .played)
    let pitch = try #require(Pitch(of: outcome.heard))
    #expect(pitch.isTone(of: 440, lasting: 1.5), "\(pitch)")
  }

  /// Listens at a rate of its own choosing.
  private struct Listening: CallTrial {
    let rate: SampleRate
    let frame: Duration?

    func carry(_ call: some MediaCall) async throws -> WaveFile {
      var heard = WaveFile(rate: rate, samples: [])
      for await part in call.audio(frame: frame, at: rate) {
        #expect(part.rate == rate)
        if let frame { #expect(part.duration == frame) }
        heard.samples += part.samples
        if heard.duration >= .milliseconds(480) { break }
      }
      // A part is as long as what has come while the machine held the bot up.
      heard.samples.removeLast(max(heard.samples.count - rate.hertz * 48 / 100, 0))
      return heard
    }
  }

  @Test(
    "the caller is heard at the rate that was asked for", arguments: CallKind.allCases,
    [8_000, 16_000, 24_000, 48_000])
  func hears(kind: CallKind, hertz: Int) async throws {
    let rate = try #require(SampleRate(hertz: hertz))
    for frame in [Duration.milliseconds(20), nil] {
      let outcome = try await kind.run(Listening(rate: rate, frame: frame))
      let pitch = try #require(Pitch(of: outcome.value))
      #expect(pitch.isTone(of: 400, lasting: 0.48), "\(pitch)")
    }
  }

  /// Writes more at once than the queue can ever hold.
  private struct TooMuch: CallTrial {
    func carry(_ call: some MediaCall) async throws -> [SpeechError?] {
      let speech = CallKind.tone(hertz: 440, .seconds(1), .hz24000)
      var errors: [SpeechError?] = []
      for rate in [SampleRate.hz24000, .hz8000] {
        let answer = try await call.say(UtteranceOptions(rate: rate))
        errors.append(
          await failure { () async throws(SpeechError) in try await answer.write(speech) })
        try await answer.finish()
        _ = await answer.outcome
      }
      return errors
    }
  }

  @Test(
    "a write longer than the queue ends, whatever becomes of a full queue",
    arguments: CallKind.allCases, [FullQueuePolicy.wait, .refuse, .dropOldest])
  func longer(kind: CallKind, policy: FullQueuePolicy) async throws {
    var settings = CallKind.Settings()
    settings.whenFull = policy
    settings.hasSmallQueue = true
    let outcome = try await kind.run(TooMuch(), settings)
    #expect(outcome.value == (policy == .refuse ? [.full, .full] : [nil, nil]))
    if policy == .wait {
      let pitch = try #require(Pitch(of: outcome.heard))
      #expect(pitch.isTone(of: 440, lasting: 2), "\(pitch)")
    }
  }

  /// Everything that a bot can wait for, none of which will come.
  private struct Waiting: CallTrial {
    func carry(_ call: some MediaCall) async throws -> Int {
      let answer = try await call.say(UtteranceOptions())
      try? await answer.write([Int16](repeating: 900, count: 400))
      await call.pause()
      let waiters: [@Sendable () async -> Void] = [
        {
          // Where the oldest is dropped each of these returns at once, until the call is over.
          while (try? await answer.write([Int16](repeating: 900, count: 48_000))) != nil {
            try? await Task.sleep(for: .milliseconds(20))
          }
        },
        { _ = await answer.outcome },
        { _ = await call.drain(timeout: .seconds(600)) },
        { for await _ in call.events {} },
        { for await _ in call.watch() {} },
        { for await _ in call.audio {} },
        { for await _ in call.audio(frame: .milliseconds(20), at: .hz16000) {} },
      ]
      return await withTaskGroup { group in
        for waiter in waiters { group.addTask { await waiter() } }
        return await group.reduce(into: 0) { count, _ in count += 1 }
      }
    }
  }

  @Test(
    "the call's end wakes whoever waits for anything", arguments: CallKind.allCases,
    [FullQueuePolicy.wait, .refuse, .dropOldest])
  func end(kind: CallKind, policy: FullQueuePolicy) async throws {
    var settings = CallKind.Settings()
    settings.whenFull = policy
    settings.hasSmallQueue = true
    settings.hangsUpAfter = .seconds(1)
    let outcome = try await kind.run(Waiting(), settings)
    #expect(outcome.value == 7)
  }

  /// Names places in two utterances, the second of which is interrupted.
  private struct Marking: CallTrial {
    func carry(_ call: some MediaCall) async throws -> [String: MarkOutcome] {
      let told = Task {
        var marks: [String: MarkOutcome] = [:]
        for await case .markEnded(let name, _, let outcome) in call.events {
          marks[name] = outcome
          if marks.count == 3 { break }
        }
        return marks
      }
      try await call.say { first in
        try await first.write(CallKind.tone(hertz: 440, .milliseconds(200), .hz16000))
        try await first.mark("middle")
        try await first.write(CallKind.tone(hertz: 440, .milliseconds(200), .hz16000))
        try await first.mark("end")
      }
      let second = try await call.say(UtteranceOptions())
      try await second.write(CallKind.tone(hertz: 440, .seconds(5), .hz16000))
      try await second.mark("never")
      await call.interrupt()
      return await told.value
    }
  }

  @Test("a mark is told when it was heard, or that it never will be", arguments: CallKind.allCases)
  func marks(kind: CallKind) async throws {
    let outcome = try await kind.run(Marking())
    #expect(outcome.value == ["middle": .played, "end": .played, "never": .cleared])
  }

  /// Plays a recording whole, then one that is interrupted while it is written.
  private struct Playing: CallTrial {
    func carry(_ call: some MediaCall) async throws -> [UtteranceOutcome] {
      let file = CallKind.tone(hertz: 440, .milliseconds(400), .hz24000)
      let whole = try await call.play(file)
      let isDrained = await call.drain()
      #expect(isDrained)
      let cut = try await call.say { answer in
        try await answer.write(file)
        await call.interrupt()
        try await answer.write(file)
        Issue.record("an utterance that was interrupted takes speech")
      }
      await #expect(throws: DeadlinePassed.self) {
        try await call.say { answer in
          try await answer.write(file)
          throw DeadlinePassed()
        }
      }
      return [whole, cut]
    }
  }

  @Test(
    "a recording is played in one line, and an interruption is no error",
    arguments: CallKind.allCases)
  func plays(kind: CallKind) async throws {
    let outcome = try await kind.run(Playing())
    #expect(outcome.value.first == .played)
    guard case .interrupted? = outcome.value.last else {
      Issue.record("\(outcome.value)")
      return
    }
  }

  /// Tells more than a slow reader is kept, and reads with the bot's eyes and a watcher's.
  private struct Telling: CallTrial {
    func carry(_ call: some MediaCall) async throws -> (bot: [Int], watcher: [Int]) {
      async let watched = Self.marks(of: call.watch())
      // The watcher reads from the first event that it waits for.
      try await Task.sleep(for: .milliseconds(100))
      let many = CallEvent.mostWaiting + 10
      try await call.say { answer in
        for number in 0..<many {
          try await answer.write([Int16](repeating: 500, count: 80))
          try await answer.mark("\(number)")
        }
      }
      return (await Self.marks(of: call.events), await watched)
    }

    /// Counts of missed events, negative, and the numbers of marks up to the utterance's end.
    static func marks(of events: CallEvents) async -> [Int] {
      var seen: [Int] = []
      for await event in events {
        switch event {
        case .missed(let count): seen.append(-count)
        case .markEnded(let name, _, .played): seen.append(Int(name) ?? .min)
        case .utteranceEnded: return seen
        default: break
        }
      }
      return seen
    }
  }

  @Test(
    "a slow reader of events is told what it missed, beside a quick one",
    arguments: CallKind.allCases)
  func events(kind: CallKind) async throws {
    let (bot, watcher) = try await kind.run(Telling()).value
    let many = CallEvent.mostWaiting + 10
    // A starved watcher may miss some as well, and is told of them.
    #expect(watcher.reduce(0) { $0 + ($1 < 0 ? -$1 : 1) } == many && watcher.last == many - 1)
    let missed = -(bot.first ?? 0)
    #expect(missed > 0)
    // Platforms tell other things, too, so what was missed need not be marks alone.
    #expect(bot.count > 20 && Array(bot.dropFirst()) == Array((many - bot.count + 1)..<many))
  }

  /// Reads everything up to the last event, twice.
  private struct ReadingOn: CallTrial {
    func carry(_ call: some MediaCall) async throws -> (keys: [String], ends: Int) {
      var (keys, ends): ([String], Int) = ([], 0)
      for await case .key(let key) in call.events {
        keys.append(key.text)
        if keys.count == 2 { break }
      }
      // A second loop goes on where the first one left.
      for await event in call.events {
        if case .key(let key) = event { keys.append(key.text) }
        if case .ended = event { ends += 1 }
      }
      return (keys, ends)
    }
  }

  @Test(
    "keys come in order, each once, and the end comes once",
    arguments: [CallKind.exotel, .plivo, .twilio])
  func keys(kind: CallKind) async throws {
    var settings = CallKind.Settings()
    settings.keys = "159#"
    settings.hangsUpAfter = .seconds(1)
    let (keys, ends) = try await kind.run(ReadingOn(), settings).value
    #expect(keys == ["1", "5", "9", "#"] && ends == 1)
  }
}
