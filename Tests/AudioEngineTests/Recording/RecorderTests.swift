import Testing

@testable import AudioEngine

@Suite("Recorder") struct RecorderTests {
  /// 16-bit samples at 8 kHz: 16 bytes a millisecond.
  private var recorder = Recorder(
    WireFormat(.linear16, .hz8000), from: MonotonicTime(nanoseconds: 5_000_000_000))

  private func time(_ milliseconds: Int) -> MonotonicTime {
    MonotonicTime(nanoseconds: 5_000_000_000 + Int64(milliseconds) * 1_000_000)
  }

  private mutating func play(_ byte: UInt8, milliseconds: Int, at start: Int) {
    recorder.beginsToPlay(at: time(start))
    unsafe recorder.plays([UInt8](repeating: byte, count: milliseconds * 16).span.bytes)
  }

  /// The bot's channel by 10 ms: a digit each.
  private func drawn(_ stretch: RecordedStretch?) -> String {
    guard let stretch else { return "nothing" }
    return stride(from: 0, to: stretch.bot.count, by: 160).map { String(stretch.bot[$0]) }.joined()
  }

  @Test("places speech at the ear, a hole as silence, the end at the call's")
  mutating func places() {
    play(1, milliseconds: 20, at: 10)
    play(2, milliseconds: 20, at: 30)
    play(3, milliseconds: 20, at: 80)
    recorder.finish(at: time(90))
    let stretch = recorder.take(at: time(90), atLeast: 1)
    #expect(drawn(stretch) == "011220003")
    #expect(stretch?.caller == [UInt8](repeating: 0, count: 90 * 16))
    #expect(recorder.take(at: time(90), atLeast: 1) == nil)
  }

  @Test("a clear cuts what was still to be heard") mutating func clear() {
    play(1, milliseconds: 500, at: 0)
    recorder.cleared(at: time(40))
    play(2, milliseconds: 10, at: 60)
    recorder.finish(at: time(80))
    #expect(drawn(recorder.take(at: time(80), atLeast: 1)) == "11110020")
  }

  @Test("gives pieces that follow each other, whatever lies ahead of the ear")
  mutating func pieces() {
    var whole = ""
    for tick in 0..<1_000 {
      if tick % 10 == 0 { play(UInt8(tick / 10 % 9 + 1), milliseconds: 100, at: tick * 10) }
      let caller = [UInt8](repeating: 7, count: 160)
      unsafe recorder.heard(caller.span.bytes)
      recorder.callerMessageEnded(at: time(tick * 10 + 10))
      if let stretch = recorder.take(at: time(tick * 10 + 10), atLeast: 8_000) {
        #expect(stretch.start == whole.count * 80)
        #expect(stretch.caller.count == stretch.bot.count)
        whole += drawn(stretch)
      }
    }
    #expect(whole.count >= 700)
    recorder.finish(at: time(10_000))
    whole += drawn(recorder.take(at: time(10_000), atLeast: 1))
    #expect(whole == (0..<100).map { String(repeating: "\($0 % 9 + 1)", count: 10) }.joined())
  }

  @Test("cues keep their place and end with the call") mutating func cues() {
    recorder.note("a", at: time(50))
    recorder.note("late", at: time(500))
    recorder.finish(at: time(100))
    let stretch = recorder.take(at: time(100), atLeast: 1)
    #expect(stretch?.cues.map(\.position) == [400, 800])
    #expect(stretch?.cues.map(\.label) == ["a", "late"])
  }

  @Test("both channels in turns") mutating func interleaved() {
    play(1, milliseconds: 1, at: 0)
    recorder.finish(at: time(1))
    let both = recorder.take(at: time(1), atLeast: 1)?.interleaved ?? []
    #expect(both == (0..<16).map { $0 % 2 == 0 ? 0 : 257 })
  }
}
