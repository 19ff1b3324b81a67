import CAllocationCount
import Testing

@testable import AudioEngine

@Suite struct MediaSessionEnhancementTests {
  @Test(
    "the bot's own voice is taken out of the caller's audio, wherever and in whatever messages it comes back",
    arguments: [
      (WireFormat(.mulaw, .hz8000), 40, 20), (WireFormat(.mulaw, .hz8000), 400, 20),
      (WireFormat(.linear16, .hz8000), 120, 100), (WireFormat(.linear16, .hz16000), 250, 30),
      (WireFormat(.linear16, .hz24000), 120, 20),
    ])
  func cleans(wire: WireFormat, way: Int, message: Int) throws {
    var phone = try Speakerphone(wire, way: .milliseconds(way))
    try phone.say(.seconds(6), seed: 3)
    phone.run(.seconds(6), message: .milliseconds(message))
    let decibels = phone.attenuation(ofLast: .seconds(3))
    #expect(decibels >= 20, "\(decibels) dB")
    let delay = phone.driver.session.statistics.inbound.echoDelay
    let found = try #require(delay)
    #expect(abs(found.inMilliseconds - Double(way)) <= 22, "\(found)")
    // What lacks some of a frame waits, and no longer.
    #expect(phone.came.count - phone.heard.count < wire.rate.hertz / 50)
  }

  @Test("where nothing is to be done the caller's audio is left as it comes, at once")
  func off() throws {
    var phone = try Speakerphone(enhancement: nil)
    try phone.say(.seconds(2), seed: 3)
    phone.run(.seconds(2), message: .milliseconds(30))
    #expect(phone.heard == phone.came)
    let delay = phone.driver.session.statistics.inbound.echoDelay
    #expect(delay == nil)
  }

  @Test("the bot does not interrupt itself over a speakerphone, and its caller still does")
  func bargeIn() throws {
    for isOn in [false, true] {
      var phone = try Speakerphone(enhancement: isOn ? EnhancementOptions(cancelsEcho: true) : nil)
      phone.driver.session.detector = LevelGate()
      phone.driver.session.bargeIn = .immediate
      try phone.say(.seconds(3), seed: 3, isInterruptible: false)
      phone.run(.seconds(4))
      try phone.say(.seconds(10), seed: 4)
      phone.run(.seconds(6))
      let byItself = phone.interruptions
      #expect(byItself == (isOn ? 0 : 1))
      guard isOn else { continue }
      phone.caller = Speakerphone.talk(.seconds(2), at: .hz8000, seed: 9)
      phone.run(.seconds(2))
      let byCaller = phone.interruptions
      #expect(byCaller == 1)
    }
  }

  @Test(
    "a greeting is not interrupted by its own echo, from the first word on",
    arguments: [60, 240, 420])
  func greeting(way: Int) throws {
    for seed in 20..<24 as Range<UInt64> {
      var phone = try Speakerphone(way: .milliseconds(way))
      phone.driver.session.detector = LevelGate()
      phone.driver.session.bargeIn = .immediate
      try phone.say(.seconds(8), seed: seed)
      phone.run(.seconds(9))
      let byItself = phone.interruptions
      #expect(byItself == 0, "seed \(seed)")
    }
  }

  @Test("messages that jitter, and a second's that come in one bunch, move nothing")
  func arrivals() throws {
    var phone = try Speakerphone(way: .milliseconds(60))
    let jitter: [Duration] = [.milliseconds(12), .milliseconds(3), .zero, .milliseconds(17)]
    try phone.say(.seconds(30), seed: 5)
    phone.run(.seconds(6)) { jitter[$0 % 4] }
    let steady = phone.attenuation(ofLast: .seconds(3))
    #expect(steady >= 20, "\(steady) dB")
    phone.run(.seconds(3)) { .milliseconds(max(1_000 - 20 * $0, 0)) }
    let bunch = phone.attenuation(ofLast: .seconds(3))
    let moves = phone.driver.session.statistics.inbound.echoRealignments
    #expect(bunch >= 20 && moves == 0, "\(bunch) dB")
  }

  @Test("a caller of whom nothing is sent for a while is found again")
  func pause() throws {
    var phone = try Speakerphone(way: .milliseconds(60))
    try phone.say(.seconds(30), seed: 5)
    phone.run(.seconds(3))
    // A platform that sends nothing while it holds the call: the audio has no hole where time has.
    phone.driver.run(.milliseconds(400))
    phone.skip(.milliseconds(400))
    phone.run(.seconds(6))
    let decibels = phone.attenuation(ofLast: .seconds(3))
    #expect(decibels >= 20, "\(decibels) dB")
  }

  @Test("a clear cuts off what is expected back, and speech after it is cleaned as before")
  func clears() throws {
    var phone = try Speakerphone()
    try phone.say(.seconds(20), seed: 6)
    phone.run(.seconds(4))
    _ = phone.driver.session.interrupt(at: phone.driver.time)
    try phone.say(.seconds(3), seed: 7)
    phone.run(.seconds(3))
    let decibels = phone.attenuation(ofLast: .seconds(3))
    #expect(decibels >= 20, "\(decibels) dB")
  }

  @Test("allocates nothing per message", .countsAllocations)
  func allocatesNothing() throws {
    var session = try MediaSession(
      configuration: SessionConfiguration(
        wire: WireFormat(.mulaw, .hz8000), botRate: .hz8000,
        playback: PlaybackPolicy(
          chunk: ChunkPolicy(minimumBytes: 160, maximumBytes: 12_160, multipleBytes: 160)),
        enhancement: EnhancementOptions(
          cancelsEcho: true, suppressesNoise: true, controlsGain: true)))
    let speech = SessionDriver.noise(160)
    let caller = [UInt8](repeating: 0x55, count: 160)
    var frame = [Int16](repeating: 0, count: 160)
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    func step() throws {
      now = now + .milliseconds(20)
      _ = try session.write(speech.span, at: now)
      while session.poll(at: now) != nil {}
      while session.nextEvent() != nil {}
      _ = unsafe session.receive(payload: caller.span.bytes, at: now)
      var span = frame.mutableSpan
      _ = session.read(into: &span)
    }
    for _ in 0..<200 { try step() }
    let before = allocation_count()
    for _ in 0..<200 { try step() }
    #expect(allocation_count() - before == 0)
  }
}
