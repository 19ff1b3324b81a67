import AudioEngine
import Foundation
import Testing

@testable import CallSimulator

/// Wrong bots, each of which must be caught, and right ones that must not.
@Suite("ExotelPlatform judges") struct ExotelJudgeTests {
  private func report(
    of reactions: [ReactiveBot.Reaction], rules: JudgeRules = .exotel
  ) throws -> CallReport {
    try report(of: .performing(reactions), rules: rules)
  }

  private func report(of bot: ReactiveBot, rules: JudgeRules = .exotel) throws -> CallReport {
    var options = ExotelPlatform.Options()
    options.rules = rules
    let platform = ExotelPlatform(script: try Sounds.script(seconds: 0.5), options: options)
    var call = Simulation(platform: platform, bot: bot)
    return call.run()
  }

  private func expect(
    _ report: CallReport, has problem: Problem, saying text: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(report.verdict == .fail, sourceLocation: sourceLocation)
    #expect(
      Set(report.problemCounts.keys) == [problem.rawValue], "\(report.problems)",
      sourceLocation: sourceLocation)
    #expect(
      report.problems.contains { $0.contains(text) }, "\(report.problems)",
      sourceLocation: sourceLocation)
  }

  @Test("nothing wrong with a bot that is silent")
  func silence() throws {
    let report = try report(of: [])
    #expect(report.problems == [])
    #expect(report.verdict == .pass)
    #expect(report.closeCode == 1000 && report.closedBy == .bot && report.stopped)
    #expect(report.firstAudioMs == nil && report.receivedBytes == 0)
    #expect(report.sentBytes == 8_000 && report.sentMessages == 5)
  }

  @Test(
    "illegal sizes",
    arguments: [
      (1_600, "1,600 bytes, below the minimum of 3,200"),
      (100_160, "100,160 bytes, above the maximum of 100,000"),
      (4_096, "4,096 bytes, not a multiple of 320"), (0, "0 bytes, below"), (3_521, "3,521 bytes"),
    ])
  func illegalSize(size: Int, text: String) throws {
    let report = try report(of: [(.zero, Wire.media(Sounds.bytes(size)))])
    expect(report, has: .illegalSize, saying: text)
    #expect(report.illegalChunks == 1 && report.chunkSizes == [size: 1])
  }

  @Test("repeats of a problem as one sentence with their number")
  func repeats() throws {
    let short = Wire.media(Sounds.bytes(1_600))
    let report = try report(of: [(.zero, short), (.zero, short), (.zero, short)])
    #expect(
      report.problems == [
        "a chunk of 1,600 bytes, below the minimum of 3,200: 100 ms at 8000 Hz; gather 2 of them "
          + "into one chunk of 3,200 (and 2 more like it)"
      ])
    #expect(report.problemCounts == ["illegalSize": 3])
  }

  @Test("another stream's id, or none")
  func wrongStream() throws {
    let other = try report(of: [(.zero, Wire.media(Sounds.bytes(3_200), sid: "elsewhere"))])
    expect(other, has: .wrongStream, saying: "for the stream 'elsewhere'")
    let none = try report(of: [(.zero, Wire.text(#"{"event":"clear"}"#))])
    expect(none, has: .wrongStream, saying: "without stream_sid")
    let camel = try report(of: [
      (.zero, Wire.text(#"{"event":"clear","streamSid":"\#(Wire.sid)"}"#))
    ])
    #expect(camel.verdict == .pass)
    #expect(camel.remarks == ["the bot writes streamSid; Exotel documents stream_sid"])
  }

  @Test("an event that Exotel does not know")
  func unknownEvent() throws {
    let report = try report(of: [(.zero, Wire.text(#"{"event":"playAudio"}"#))])
    expect(report, has: .unknownEvent, saying: "'playAudio'")
  }

  @Test(
    "messages that are no messages",
    arguments: [
      "", "hello", "[1]", #"{"event":"media","stream_sid""#, #"{"event":7}"#,
      #"{"event":"media","stream_sid":"3f91c27ad04e8b56a1d7e0c49b2f6a18bk"}"#,
      #"{"event":"mark","stream_sid":"3f91c27ad04e8b56a1d7e0c49b2f6a18bk","mark":{"name":4}}"#,
    ])
  func invalidMessage(text: String) throws {
    let report = try report(of: [(.zero, Wire.text(text))])
    #expect(report.problemCounts == ["invalidMessage": 1])
    #expect(report.verdict == .fail)
  }

  @Test("bytes that are not UTF-8, and binary messages")
  func bytes() throws {
    let text = try report(of: [(.zero, .send(.text([0xFF, 0xFE, 0x22])))])
    #expect(text.problemCounts == ["invalidMessage": 1])
    let binary = try report(of: [(.zero, .send(.binary(byteCount: 3_200)))])
    expect(binary, has: .binaryMessage, saying: "3,200 bytes")
  }

  @Test("payloads that are not base64", arguments: ["A", "AAA", "AA_-", "AA=A", "not base64"])
  func invalidBase64(payload: String) throws {
    let text =
      #"{"event":"media","stream_sid":"\#(Wire.sid)","media":{"payload":"\#(payload)"}}"#
    expect(try report(of: [(.zero, Wire.text(text))]), has: .invalidBase64, saying: payload)
  }

  @Test("audio before the stream's start")
  func beforeStart() throws {
    let bot = ReactiveBot { event, _ in
      guard case .text(let text) = event else {
        return event == .opened ? [(.zero, Wire.media(Sounds.bytes(3_200)))] : []
      }
      return Wire.event(text) == "stop" ? [(.zero, .close(code: 1000))] : []
    }
    var options = ExotelPlatform.Options()
    options.startDelay = .milliseconds(50)
    let platform = ExotelPlatform(script: try Sounds.script(seconds: 0.5), options: options)
    var call = Simulation(platform: platform, bot: bot)
    let report = call.run()
    expect(report, has: .beforeStart, saying: "before the stream's start")
    #expect(report.receivedBytes == 0)
  }

  @Test("talking on after the stop, but not what crossed it on the way")
  func afterStop() throws {
    func bot(after delay: Duration) -> ReactiveBot {
      ReactiveBot { event, _ in
        guard case .text(let text) = event, Wire.event(text) == "stop" else { return [] }
        return [
          (delay, Wire.media(Sounds.bytes(3_200))), (.milliseconds(700), .close(code: 1000)),
        ]
      }
    }
    expect(try report(of: bot(after: .milliseconds(600))), has: .afterStop, saying: "600 ms after")
    #expect(try report(of: bot(after: .milliseconds(200))).verdict == .pass)
  }

  @Test("a hole in speech, but not a pause between two utterances")
  func gaps() throws {
    func speech(_ size: Int = 3_200) -> BotAction { Wire.media(Sounds.bytes(size)) }
    let late = try report(of: [(.zero, speech()), (.milliseconds(230), speech())])
    expect(late, has: .gap, saying: "a gap of 40 ms at 200 ms")
    #expect(late.gaps == [Gap(atMs: 200, durationMs: 40, audible: true)])
    let pause = try report(of: [(.zero, speech()), (.milliseconds(1_300), speech())])
    #expect(pause.verdict == .pass && pause.gaps.count == 1)
    let padded = Wire.media(Sounds.bytes(2_880) + Sounds.bytes(320, 0))
    let sentence = try report(of: [(.zero, padded), (.milliseconds(230), speech())])
    #expect(sentence.verdict == .pass && sentence.gaps.count == 1)
    var strict = JudgeRules.exotel
    strict.everyGapMatters = true
    expect(
      try report(of: [(.zero, padded), (.milliseconds(230), speech())], rules: strict), has: .gap,
      saying: "40 ms")
  }

  @Test("audio that goes on after a clear, but not the next answer")
  func afterClear() throws {
    let speech = Wire.media(Sounds.bytes(16_000))
    let stale = try report(of: [
      (.zero, speech), (.milliseconds(200), Wire.clear),
      (.milliseconds(400), Wire.media(Sounds.bytes(3_200))),
    ])
    expect(stale, has: .afterClear, saying: "200 ms after a clear")
    #expect(stale.staleBytes == 3_200 && stale.clears == 1 && stale.clearedMs == 800)
    let answer = try report(of: [
      (.zero, speech), (.milliseconds(200), Wire.clear), (.milliseconds(700), speech),
    ])
    #expect(answer.verdict == .pass && answer.gaps.isEmpty)
    // A clear with nothing to drop is harmless before an answer.
    let early = try report(of: [(.zero, Wire.clear), (.milliseconds(10), speech)])
    #expect(early.verdict == .pass && early.staleBytes == 0)
  }

  @Test("audio farther ahead than the platform may hold")
  func lead() throws {
    let second = Wire.media(Sounds.bytes(16_000))
    let far = try report(of: Array(repeating: (.zero, second), count: 12))
    expect(far, has: .lead, saying: "12,000 ms ahead of the ear")
    #expect(far.maxLeadMs == 12_000)
    let near = try report(of: Array(repeating: (.zero, second), count: 9))
    #expect(near.verdict == .pass && near.maxLeadMs == 9_000)
    // What is beyond the capacity is thrown away, so no bot fills the judge's memory.
    let flood = try report(of: Array(repeating: (.zero, second), count: 400))
    #expect(flood.maxLeadMs == 120_000)
    #expect(flood.receivedBytes == 400 * 16_000)
  }

  @Test("no lead where the caller itself is faster than real time")
  func hurriedCaller() throws {
    var script = try Sounds.script(seconds: 0.5)
    script.speed = 2
    let far = ReactiveBot.performing(
      Array(repeating: (.zero, Wire.media(Sounds.bytes(16_000))), count: 12))
    var call = Simulation(platform: ExotelPlatform(script: script), bot: far)
    #expect(call.run().problems == [])
  }

  @Test("more marks than the platform remembers")
  func marks() throws {
    var reactions: [ReactiveBot.Reaction] = [(.zero, Wire.media(Sounds.bytes(3_200)))]
    reactions += (0..<1_030).map { (.zero, Wire.mark("m\($0)")) }
    let report = try report(of: reactions)
    expect(report, has: .marks, saying: "1,024 marks")
    #expect(report.marks == 1_030 && report.marksEchoed == 1_024)
  }

  @Test("a socket that ends otherwise than with 1000", arguments: [1001, 1005, 1006, 1011, 4400])
  func closeCode(code: Int) throws {
    let report = try report(of: [(.milliseconds(300), .close(code: code))])
    expect(report, has: .close, saying: "ended with \(code), not 1000")
    #expect(report.closeCode == code && !report.stopped)
  }

  @Test("a socket that ends after the stop: only what says that something went wrong is a problem")
  func closeAfterStop() throws {
    func report(_ code: Int) throws -> CallReport {
      try self.report(
        of: ReactiveBot { event, _ in
          guard case .text(let text) = event, Wire.event(text) == "stop" else { return [] }
          return [(.milliseconds(20), .close(code: code))]
        })
    }
    for code in [1001, 1005, 1006] {
      let report = try report(code)
      #expect(report.verdict == .pass && report.problems == [], "\(code)")
      #expect(report.remarks.count == 1 && report.remarks[0].contains("with \(code)"), "\(code)")
    }
    for code in [1002, 1003, 1011, 4000] {
      expect(try report(code), has: .close, saying: "ended with \(code)")
    }
    #expect(try report(1000).remarks == [])
  }

  @Test("a mark with silence behind it ends an utterance; marks amid speech do not excuse a hole")
  func marksAndGaps() throws {
    let speech = Wire.media(Sounds.bytes(3_200))
    for pause in [80, 300, 900] {
      let report = try report(of: [
        (.zero, speech), (.milliseconds(10), Wire.mark("end")),
        (.milliseconds(200 + pause), speech), (.milliseconds(200 + pause), Wire.mark("end")),
        (.milliseconds(400 + 2 * pause), speech),
      ])
      #expect(report.problems == [] && report.gaps.count == 2, "\(pause)")
    }
    // The next chunk came late, mark or not.
    expect(
      try report(of: [(.zero, speech), (.zero, Wire.mark("m")), (.milliseconds(230), speech)]),
      has: .gap, saying: "40 ms")
    // A mark in the middle of what was queued says nothing of the end.
    expect(
      try report(of: [
        (.zero, speech), (.zero, Wire.mark("m")), (.zero, speech), (.milliseconds(700), speech),
      ]), has: .gap, saying: "300 ms")
    // Marks for the position, one after every second chunk.
    var positions: [ReactiveBot.Reaction] = []
    for at in 0..<6 {
      positions.append((.milliseconds(at * 180), speech))
      if at % 2 == 1 { positions.append((.milliseconds(at * 180), Wire.mark("p\(at)"))) }
    }
    positions.append((.milliseconds(1_500), speech))
    expect(try report(of: positions), has: .gap, saying: "300 ms")
  }

  @Test(
    "illegal sizes name their likely cause and cure",
    arguments: [
      (160, "20 ms of mu-law"),
      (320, "20 ms at 8000 Hz; gather 10 of them into one chunk of 3,200"),
      (640, "20 ms at 16000 Hz (then resample it first); gather 5 of them"),
      (882, "20 ms at 22050 Hz"), (960, "20 ms at 24000 Hz"), (1_764, "20 ms at 44100 Hz"),
      (1_024, "a power of two"), (4_096, "a power of two"), (4_096, "send 3,840 and keep the rest"),
      (3_244, "44 bytes more than 3,200, as a WAV file's header has"), (6_478, "78 bytes more"),
      (3_201, "odd number of bytes"), (0, "send nothing"), (4_000, "send 3,840 and keep the rest"),
      (160_000, "10000 ms of speech at once: cut it into pieces of 3,200"),
    ])
  func advice(size: Int, text: String) throws {
    expect(
      try report(of: [(.zero, Wire.media(Sounds.bytes(size)))]), has: .illegalSize, saying: text)
  }

  @Test("a short last chunk after legal ones is an end that was not filled up")
  func shortEnd() throws {
    let report = try report(of: [
      (.zero, Wire.media(Sounds.bytes(3_200))), (.zero, Wire.media(Sounds.bytes(1_234))),
    ])
    expect(
      report, has: .illegalSize, saying: "the end of an utterance? fill it up with silence to 3,200"
    )
  }

  @Test("files and base64 sent for samples are known, whatever the size")
  func disguises() throws {
    let wave = WaveFile(rate: .hz8000, samples: [Int16](repeating: 999, count: 3_000)).encoded()
    func report(_ payload: [UInt8]) throws -> CallReport {
      try self.report(of: [(.zero, Wire.media(payload))])
    }
    expect(try report(Array(wave.prefix(3_200))), has: .wrongFormat, saying: "header at byte 0")
    let later = Sounds.bytes(100) + wave.prefix(3_100)
    expect(try report(later), has: .wrongFormat, saying: "header at byte 100")
    expect(
      try report(Array("OggS".utf8) + Sounds.bytes(3_196)), has: .wrongFormat, saying: "Ogg")
    let noise = (0..<2_400).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0 >> 3) }
    let twice = Array(Data(noise).base64EncodedString().utf8)
    expect(try report(twice), has: .wrongFormat, saying: "base64 themselves")
    #expect(try report(Sounds.bytes(3_200)).problems == [])
  }

  @Test("the relaxed policy takes smaller chunks, and says so")
  func relaxed() throws {
    for size in [320, 640, 1_600, 3_200] {
      let report = try report(
        of: [(.zero, Wire.media(Sounds.bytes(size)))], rules: .exotel(.relaxed))
      #expect(report.problems == [] && report.policy == .relaxed, "\(size)")
      #expect(report.remarks.contains { $0.contains("relaxed") && $0.contains("3,200") })
    }
    for size in [0, 160, 500, 4_096, 100_160] {
      let report = try report(
        of: [(.zero, Wire.media(Sounds.bytes(size)))], rules: .exotel(.relaxed))
      expect(report, has: .illegalSize, saying: "a chunk of")
    }
    #expect(try report(of: []).remarks == [])
  }

  @Test("a bot that hangs up over its own last words, but not after them")
  func hangsUp() throws {
    let goodbye = Wire.media(Sounds.bytes(16_000))
    let cut = try report(of: [(.zero, goodbye), (.milliseconds(600), .close(code: 1000))])
    expect(cut, has: .close, saying: "400 ms of audio unheard")
    #expect(cut.heardMs == 600)
    let heard = try report(of: [(.zero, goodbye), (.milliseconds(1_000), .close(code: 1000))])
    #expect(heard.verdict == .pass && heard.heardMs == 1_000 && !heard.stopped)
  }

  @Test("a bot that leaves the socket open after stop: closed by the platform, and remarked")
  func leavesOpen() throws {
    let report = try report(of: ReactiveBot { _, _ in [] })
    #expect(report.verdict == .pass)
    #expect(report.closedBy == .platform && report.closeCode == 1000)
    #expect(report.remarks.count == 1)
  }
}
