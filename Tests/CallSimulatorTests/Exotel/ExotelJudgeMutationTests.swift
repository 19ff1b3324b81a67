import AudioEngine
import Testing

@testable import CallSimulator

@Suite("ExotelPlatform survives") struct ExotelJudgeMutationTests {
  @Test("every cut and many mutations of a bot's messages")
  func mutations() throws {
    let texts = [
      Wire.media(Sounds.bytes(320)), Wire.mark("t1:end"), Wire.clear,
      Wire.text(#"{"event":"media","media":{"payload":{"a":[1,2,{"b":null}]}},"stream_sid":[]}"#),
    ].map { action in
      guard case .send(.text(let text)) = action else { return [UInt8]() }
      return text
    }
    var platform = ExotelPlatform(script: try Sounds.script(seconds: 0.1))
    platform.opened(at: .zero)
    while platform.poll(at: .zero) != nil {}
    var now = MonotonicTime.zero
    for text in texts {
      for end in 0...text.count { platform.received(.text(Array(text.prefix(end))), at: now) }
    }
    var state: UInt64 = 7
    func random(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    let odd: [UInt8] = Array(#"{}[]":,\0=/"#.utf8) + [0, 0x80, 0xFF]
    for _ in 0..<5_000 {
      var text = texts[random(below: texts.count)]
      for _ in 0...random(below: 4) {
        text[random(below: text.count)] = odd[random(below: odd.count)]
      }
      now = now + .microseconds(20)
      platform.received(.text(text), at: now)
      while platform.poll(at: now) != nil {}
    }
    let report = platform.report(at: now)
    #expect(report.verdict == .fail)
    #expect(report.problems.count <= Problem.allCases.count)
    #expect(report.problems.allSatisfy { $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
  }
}
