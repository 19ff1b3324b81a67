import AudioEngine
import CAllocationCount
import Telephony
import Testing

@Suite("ProxySession") struct ProxySessionTests {
  private static let linear = WireFormat(.linear16, .hz8000)

  private func tone(_ count: Int, amplitude: Int = 8_000) -> [Int16] {
    (0..<count).map { index in
      let phase = index % 40
      return Int16((phase < 20 ? phase - 10 : 30 - phase) * amplitude / 10)
    }
  }

  @Test("a bot is greeted, told of the stream, its keys and its end, in its platform's words")
  func words() throws {
    let trial = try ProxyTrial(Self.linear, dialect: .exotel)
    trial.begin()
    trial.proxy.press(DTMF(text: "5"))
    trial.proxy.stop(StreamStop(reason: .callEnded))
    trial.settle()
    guard trial.told.count == 4, case .start(let start) = trial.told[1] else {
      Issue.record("\(trial.told)")
      return
    }
    #expect(trial.told[0] == .greeting && trial.told[2...] == [.key("5"), .stop])
    #expect(start.contains("\"from\":\"+91\""))
    // Exotel waits for the bot to close.
    #expect(!trial.told.contains(.other("close")))

    let plivo = try ProxyTrial(Self.linear, dialect: .plivo)
    plivo.begin()
    plivo.proxy.stop(StreamStop(reason: .callEnded))
    plivo.settle()
    #expect(plivo.told.last == .other("close"))
  }

  @Test("a clear goes out at once, before all audio, and Plivo's bots are told")
  func clears() throws {
    let trial = try ProxyTrial(Self.linear, dialect: .plivo)
    trial.begin()
    for _ in 0..<50 { _ = trial.send(ProxyTrial.media(tone(1_600), .plivo, .linear16)) }
    trial.wait(300)
    let arrived = trial.arrived.count
    #expect(arrived > 0 && arrived < 40_000)
    _ = trial.send(ProxyTrial.clear(.plivo))
    #expect(trial.clears == [arrived])
    #expect(trial.told.last == .cleared)
    trial.wait(1_000)
    #expect(trial.arrived.count == arrived)
  }

  @Test("pauses in a bot's stream become silence only where they are heard")
  func bursts() throws {
    let trial = try ProxyTrial(Self.linear, dialect: .exotel)
    trial.begin()
    for _ in 0..<5 {
      // Two seconds at a time, a pause of one in between: it is never behind.
      _ = trial.send(ProxyTrial.media(tone(16_000), .exotel, .linear16))
      trial.wait(1_000)
    }
    trial.wait(9_000)
    #expect(trial.arrived.count == 80_000)
    #expect(trial.sent.utterances == 1)
    #expect(trial.sent.underruns == 0)
  }

  @Test("a queue that is full loses what is newest, and says so once")
  func full() throws {
    let trial = try ProxyTrial(Self.linear, dialect: .exotel, queue: .seconds(2))
    trial.begin()
    for _ in 0..<50 { _ = trial.send(ProxyTrial.media(tone(1_600), .exotel, .linear16)) }
    #expect(trial.proxy.nextNewFault() == .queueFull)
    #expect(trial.proxy.nextNewFault() == nil)
    #expect(trial.counts.samplesBeyondQueue > 0)
    let counts = trial.counts
    #expect(counts.samplesTaken + counts.samplesBeyondQueue == 80_000)
  }

  @Test("a barge-in drops the rest of a reply until a gap, a clear or the limit", arguments: 0...2)
  func bargeIn(_ ending: Int) throws {
    let trial = try ProxyTrial(
      Self.linear, dialect: .exotel, options: ProxyOptions(bargeIn: .immediate))
    trial.media.detector = LevelGate()
    trial.begin()
    for _ in 0..<10 { _ = trial.send(ProxyTrial.media(tone(1_600), .exotel, .linear16)) }
    trial.wait(400)
    for _ in 0..<10 {
      trial.speak(tone(160))
      trial.wait(20)
    }
    #expect(trial.clears.count == 1)
    let arrived = trial.arrived.count
    _ = trial.send(ProxyTrial.mark("late", .exotel))
    for _ in 0..<10 {
      _ = trial.send(ProxyTrial.media(tone(160), .exotel, .linear16))
      trial.wait(20)
    }
    #expect(trial.counts.samplesStale > 0)
    let stale = trial.counts.samplesStale
    switch ending {
    case 0: trial.wait(300)
    case 1: _ = trial.send(ProxyTrial.clear(.exotel))
    default:
      for _ in 0..<60 {
        _ = trial.send(ProxyTrial.media(tone(800), .exotel, .linear16))
        trial.wait(100)
      }
    }
    if ending < 2 {
      _ = trial.send(ProxyTrial.media(tone(8_000), .exotel, .linear16))
      #expect(trial.counts.samplesStale == stale)
    }
    trial.wait(500)
    #expect(trial.arrived.count > arrived)
    #expect(!trial.marksTold.contains("late"))
    #expect(trial.clears.count == 1)
  }

  @Test("a bot that speaks on beside the caller is impolite; one that clears is not")
  func politeness() throws {
    for clears in [true, false] {
      let trial = try ProxyTrial(Self.linear, dialect: .exotel)
      trial.media.detector = LevelGate()
      trial.begin()
      for _ in 0..<50 { _ = trial.send(ProxyTrial.media(tone(1_600), .exotel, .linear16)) }
      trial.wait(400)
      for step in 0..<100 {
        trial.speak(tone(160))
        trial.wait(20)
        if clears, step == 20 { _ = trial.send(ProxyTrial.clear(.exotel)) }
      }
      #expect(trial.faults[.noClear] == (clears ? nil : 1))
    }
  }

  @Test("a bot that was dialled anew is told of the stream again, and of no mark of the old one")
  func resumes() throws {
    let trial = try ProxyTrial(Self.linear, dialect: .exotel)
    trial.begin()
    _ = trial.send(ProxyTrial.media(tone(8_000), .exotel, .linear16))
    _ = trial.send(ProxyTrial.mark("old", .exotel))
    trial.proxy.leave(&trial.media)
    trial.wait(100)
    trial.begin()
    _ = trial.send(ProxyTrial.media(tone(800), .exotel, .linear16))
    _ = trial.send(ProxyTrial.mark("new", .exotel))
    trial.wait(3_000)
    #expect(trial.marksTold == ["new"])
    #expect(trial.arrived.count == 8_800)
    #expect(trial.told.filter { $0 == .greeting }.count == 2)
  }

  @Test("a bot that does not read costs no memory, and loses the oldest audio alone")
  func slowReader() throws {
    let trial = try ProxyTrial(Self.linear, dialect: .exotel)
    trial.begin()
    trial.isRead = false
    for _ in 0..<1_000 {
      trial.speak(tone(800))
      _ = trial.send(ProxyTrial.clear(.exotel))
      for _ in 0..<20 { _ = trial.send(ProxyTrial.clear(.exotel)) }
    }
    #expect(trial.readable <= 32_800)
    #expect(trial.faults[.unread] ?? 0 > 0)
    trial.isRead = true
    trial.settle()
    #expect(trial.heardByBot.count >= 24_000)
  }

  @Test("a busy proxy allocates nothing per message, in either direction", .countsAllocations)
  func allocatesNothing() throws {
    let trial = try ProxyTrial(Self.linear, dialect: .plivo)
    trial.begin()
    let message = Array(ProxyTrial.media(tone(800), .plivo, .linear16).utf8)
    let payload = [UInt8](repeating: 3, count: 1_600)
    var buffer = MessageBuffer()
    var counted: UInt64 = 0
    var told = 0
    for step in 0..<1_500 {
      let now = MonotonicTime(nanoseconds: Int64(step) * 100_000_000)
      let before = allocation_count()
      _ = unsafe trial.media.receive(payload: payload.span.bytes, at: now)
      _ = unsafe trial.proxy.receive(message.span.bytes, media: &trial.media, at: now)
      while trial.media.poll(at: now) != nil {}
      while let event = trial.media.nextEvent() {
        trial.proxy.note(event, media: trial.media, at: now)
      }
      while trial.proxy.poll(&trial.media, at: now, into: &buffer) != nil { told += 1 }
      trial.proxy.advance(&trial.media, at: now)
      _ = trial.proxy.nextDeadline(trial.media, at: now)
      if step >= 300 { counted += allocation_count() - before }
    }
    #expect(counted == 0)
    #expect(told >= 7_499)
  }
}
