import Testing

@testable import AudioEngine

/// Hears what it is told to hear.
private struct ToldEar: SpeechDetector {
  var edge: SpeechEdge?
  var spoken: Duration?

  mutating func hear(_ samples: Span<Int16>, rate: SampleRate) -> SpeechEdge? {
    defer { edge = nil }
    return edge
  }
}

/// A caller who speaks over ten seconds of speech, in messages of 20 ms.
@Suite struct BargeInTests {
  private struct Talk: ~Copyable {
    var driver: SessionDriver

    init(_ policy: BargeInPolicy, isInterruptible: Bool = true, pauseAt: Int? = nil) throws {
      let mulaw = ChunkPolicy(
        minimumBytes: 160, maximumBytes: 12_160, multipleBytes: 160, preferredBytes: 320)
      var driver = try SessionDriver(wire: WireFormat(.mulaw, .hz8000), chunk: mulaw)
      driver.session.detector = ToldEar()
      driver.session.bargeIn = policy
      try driver.begin(UtteranceOptions(isInterruptible: isInterruptible))
      var speech = SessionDriver.noise(80_000)
      if let pauseAt { for index in 0..<1_600 { speech[pauseAt * 8 + index] = 0 } }
      _ = try driver.session.write(speech.span, to: driver.epoch, at: driver.time)
      try driver.session.finish(driver.epoch)
      driver.run(.seconds(1))
      self.driver = driver
    }

    /// Hears `edge`, then the caller for so long.
    mutating func hear(_ edge: SpeechEdge?, for milliseconds: Int) {
      driver.session.detector = ToldEar(edge: edge, spoken: driver.session.detector?.spoken)
      for _ in 0..<milliseconds / 20 {
        let spoken = driver.session.detector?.spoken ?? .zero
        let next = driver.session.detector as? ToldEar
        driver.session.detector = ToldEar(
          edge: next?.edge, spoken: spoken + .milliseconds(20))
        let silence = [UInt8](repeating: 0xFF, count: 160)
        _ = unsafe driver.session.receive(payload: silence.span.bytes, at: driver.time)
        driver.run(.milliseconds(20))
      }
    }

    mutating func decide(_ verdict: BargeInVerdict) -> Bool {
      defer { driver.settle() }
      return driver.session.decideBargeIn(verdict, at: driver.time)
    }

    mutating func pause() -> Bool { driver.session.pause(at: driver.time) }

    var isHeld: Bool { driver.session.isPaused }
    var clearCount: Int { driver.clears.count }

    var dismissals: [BargeInDismissal] {
      driver.events.compactMap {
        if case .bargeInDismissed(let reason, _) = $0 { reason } else { nil }
      }
    }

    var interruptions: [Interruption] {
      driver.events.compactMap {
        if case .bargedIn(let interruption) = $0 { interruption } else { nil }
      }
    }
  }

  @Test("confirmed: a cough holds the bot, which goes on and is heard whole")
  func cough() throws {
    var talk = try Talk(BargeInPolicy(.confirmed))
    talk.hear(.began, for: 200)
    #expect(talk.isHeld && talk.clearCount == 1)
    talk.hear(.ended, for: 20)
    #expect(talk.isHeld == false)
    #expect(talk.dismissals == [.short] && talk.interruptions.isEmpty)
    talk.driver.run(.seconds(12))
    #expect(talk.driver.events.contains(.utteranceEnded(talk.driver.epoch, .played)))
    let counts = talk.driver.session.statistics.bargeIns
    #expect(counts.held == 1 && counts.short == 1 && counts.heldDuration == .milliseconds(200))
  }

  @Test("confirmed: enough speech interrupts what is held, and no second clear is needed")
  func confirmed() throws {
    var talk = try Talk(BargeInPolicy(.confirmed, after: .milliseconds(300)))
    talk.hear(.began, for: 280)
    #expect(talk.interruptions.isEmpty && talk.isHeld)
    talk.hear(nil, for: 40)
    #expect(talk.interruptions.count == 1 && talk.clearCount == 1)
    let chunks = talk.driver.chunks.count
    talk.hear(.ended, for: 500)
    #expect(talk.driver.chunks.count == chunks && talk.dismissals.isEmpty)
  }

  @Test("confirmed: a caller of whom nothing more comes holds the bot for so long and no longer")
  func expires() throws {
    var talk = try Talk(BargeInPolicy(.confirmed, longestHold: .milliseconds(700)))
    talk.hear(.began, for: 20)
    talk.driver.run(.milliseconds(660))
    #expect(talk.isHeld == true)
    talk.driver.run(.milliseconds(40))
    #expect(!talk.isHeld && talk.dismissals == [.expired])
  }

  @Test("immediate with a minimum lets the bot speak until it is reached")
  func minimum() throws {
    var talk = try Talk(BargeInPolicy(.immediate, after: .milliseconds(200)))
    talk.hear(.began, for: 180)
    #expect(talk.clearCount == 0 && !talk.isHeld)
    talk.hear(nil, for: 40)
    #expect(talk.interruptions.count == 1 && talk.clearCount == 1)
    var short = try Talk(BargeInPolicy(.immediate, after: .milliseconds(200)))
    short.hear(.began, for: 100)
    short.hear(.ended, for: 20)
    #expect(short.dismissals == [.short] && short.clearCount == 0)
  }

  @Test("the call's end overtakes what is still to be decided, also where its time has come")
  func overtaken() throws {
    var talk = try Talk(BargeInPolicy(.immediate, veto: .milliseconds(150)))
    talk.hear(.began, for: 20)
    talk.driver.now += 1_000_000_000
    talk.driver.session.close(at: talk.driver.time)
    talk.driver.settle()
    #expect(talk.interruptions.isEmpty && talk.clearCount == 0)
    let isClosed = talk.driver.events.contains {
      if case .utteranceEnded(_, .closed) = $0 { true } else { false }
    }
    #expect(isClosed)
  }

  @Test("polite waits for the bot's pause")
  func polite() throws {
    var talk = try Talk(BargeInPolicy(.polite), pauseAt: 2_000)
    talk.hear(.began, for: 900)
    #expect(talk.interruptions.isEmpty)
    talk.hear(nil, for: 300)
    #expect(talk.interruptions.count == 1)
    // Nothing behind the pause, nor half of what is before it.
    let played = talk.interruptions.first.map { $0.played + $0.uncertainty } ?? .zero
    #expect(played >= .milliseconds(1_950) && played <= .milliseconds(2_250))
    var other = try Talk(BargeInPolicy(.polite))
    other.hear(.began, for: 400)
    other.hear(.ended, for: 20)
    #expect(other.dismissals == [.noPause] && other.clearCount == 0)
  }

  @Test("the bot may say that it goes on, until the time for that is over")
  func veto() throws {
    let policy = BargeInPolicy(.confirmed, veto: .milliseconds(500))
    var talk = try Talk(policy)
    talk.hear(.began, for: 320)
    #expect(talk.driver.events.contains { if case .bargeInAsked = $0 { true } else { false } })
    #expect(talk.isHeld && talk.interruptions.isEmpty)
    let taken = talk.decide(.goOn)
    let again = talk.decide(.interrupt)
    #expect(taken && !again)
    #expect(talk.dismissals == [.vetoed] && !talk.isHeld)
    var late = try Talk(policy)
    late.hear(.began, for: 320)
    late.driver.run(.milliseconds(520))
    #expect(late.interruptions.count == 1)
    let tooLate = late.decide(.goOn)
    #expect(!tooLate)
  }

  @Test(
    "what may not be interrupted is heard out", arguments: BargeInPolicy.Manner.allCases)
  func protected(manner: BargeInPolicy.Manner) throws {
    var talk = try Talk(BargeInPolicy(manner), isInterruptible: false)
    talk.hear(.began, for: 400)
    #expect(!talk.isHeld && talk.clearCount == 0)
    #expect(talk.interruptions.isEmpty)
  }

  @Test("the bot's own pause, resume and interruption overrule what is held")
  func overruled() throws {
    var talk = try Talk(BargeInPolicy(.confirmed))
    talk.hear(.began, for: 100)
    talk.driver.session.resume(at: talk.driver.time)
    talk.driver.settle()
    #expect(talk.dismissals == [.vetoed] && !talk.isHeld)
    var other = try Talk(BargeInPolicy(.confirmed))
    other.hear(.began, for: 100)
    let isTaken = other.pause()
    #expect(isTaken)
    other.hear(.ended, for: 100)
    #expect(other.isHeld == true, "what the bot holds stays held")
    var third = try Talk(BargeInPolicy(.confirmed))
    third.hear(.began, for: 100)
    guard case .interrupted = third.driver.session.interrupt(at: third.driver.time) else {
      Issue.record("not interrupted")
      return
    }
    third.hear(.ended, for: 100)
    #expect(third.dismissals.isEmpty && third.interruptions.isEmpty)
  }
}
