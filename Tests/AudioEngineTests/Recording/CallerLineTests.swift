import Testing

@testable import AudioEngine

@Suite("CallerLine") struct CallerLineTests {
  /// 8 kHz mu-law: 8 samples a millisecond, a byte each.
  private var line = CallerLine(WireFormat(.mulaw, .hz8000))

  /// A message of `milliseconds` of `byte` that arrives at a time in milliseconds.
  private mutating func say(_ byte: UInt8, milliseconds: Int, at arrival: Int) {
    let bytes = [UInt8](repeating: byte, count: milliseconds * 8)
    unsafe line.append(bytes.span.bytes)
    line.endMessage(at: arrival * 8)
  }

  /// The line as letters of 20 ms: `.` for silence.
  private mutating func drawn(end: Int) -> String {
    line.advance(to: end * 8, isOver: true)
    line.truncate(to: end * 8)
    let bytes = line.take(line.end)
    return String(
      stride(from: 0, to: bytes.count, by: 160).map { index in
        bytes[index] == 0xFF ? "." : Character(UnicodeScalar(bytes[index]))
      })
  }

  private func letter(_ text: Character) -> UInt8 { text.asciiValue ?? 0 }

  @Test("lays a steady stream where it was spoken") mutating func steady() {
    for index in 0..<10 { say(letter("a"), milliseconds: 20, at: 60 + 20 * index) }
    #expect(drawn(end: 300) == "..aaaaaaaaaa...")
  }

  @Test("late messages and a bunch after a stall move nothing") mutating func bunch() {
    say(letter("a"), milliseconds: 20, at: 20)
    say(letter("b"), milliseconds: 20, at: 52)
    say(letter("c"), milliseconds: 20, at: 60)
    // 1.2 s in which nothing arrives, then all at once.
    for index in 0..<60 { say(letter("d"), milliseconds: 20, at: 1_260 + index % 2) }
    say(letter("e"), milliseconds: 20, at: 1_280)
    #expect(drawn(end: 1_280) == "abc" + String(repeating: "d", count: 60) + "e")
  }

  @Test("a time in which nothing was sent is silence") mutating func pause() {
    say(letter("a"), milliseconds: 20, at: 20)
    for index in 0..<3 { say(letter("b"), milliseconds: 20, at: 220 + 20 * index) }
    #expect(drawn(end: 300) == "a.........bbb..")
  }

  @Test("gives what has waited, and not what may yet move") mutating func waits() {
    for index in 1...150 { say(letter("a"), milliseconds: 20, at: 20 * index) }
    line.advance(to: 3_000 * 8)
    #expect(line.end == 1_000 * 8)
    // Nothing more comes: the rest is sure in two seconds, silence after ten.
    line.advance(to: 5_000 * 8)
    #expect(line.end == 3_000 * 8)
    line.advance(to: 12_000 * 8)
    #expect(line.end == 3_000 * 8)
    line.advance(to: 15_000 * 8)
    #expect(line.end == 5_000 * 8)
  }

  @Test("leaves out what comes faster than anybody speaks") mutating func flood() {
    for _ in 0..<10_000 { say(letter("a"), milliseconds: 20, at: 100) }
    #expect(drawn(end: 100) == "aaaaa")
    // A line may be 100 ms late: so much more was kept, and then lay beyond the call's end.
    #expect(line.skipped == (200_000 - 200) * 8)
  }

  @Test("shortens a line that began too late in a pause, and never in a word")
  mutating func late() {
    // The first three seconds come 60 ms late; the rest at once.
    for index in 0..<250 {
      let byte =
        index < 150 ? letter("a") : index < 200 ? letter("b") : index < 220 ? 0xFF : letter("c")
      let arrival = 20 * (index + 1) + (index < 150 ? 60 : 0)
      say(byte, milliseconds: 20, at: arrival)
      line.advance(to: arrival * 8)
    }
    let line = drawn(end: 5_000)
    #expect(line.count { $0 == "a" } == 150 && line.count { $0 == "b" } == 50)
    #expect(line.count { $0 == "." } == 20 && line.hasSuffix(String(repeating: "c", count: 30)))
    #expect(self.line.skipped == 60 * 8)
  }

  @Test("a platform's clock that runs fast or slow is followed") mutating func drift() {
    // An hour at 1 part in 10,000: 360 ms.
    for index in 1...36_000 {
      say(letter("a"), milliseconds: 100, at: 100 * index + index / 100)
      line.advance(to: (100 * index + index / 100) * 8)
      _ = line.take(line.audio.count)
    }
    #expect(abs(line.end - (3_600_360 - 2_000) * 8) < 120 * 8)
  }
}
