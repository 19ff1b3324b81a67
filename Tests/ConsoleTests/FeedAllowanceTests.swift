import AudioEngine
import SeededRandom
import Testing

@testable import BotTransport
@testable import Console

@Suite("FeedAllowance") struct FeedAllowanceTests {
  /// A picture in which as much is said as there may be.
  private func largest() -> WindowNews {
    let text = WindowNews.Text(
      SpokenText(
        text: String(repeating: "\u{1}", count: 1_000), start: .zero, end: .zero,
        epoch: Epoch(number: 1)),
      played: .zero)
    let event = WindowNews.Event(
      .markEnded(name: String(repeating: "\u{1}", count: 1_000), in: Epoch(number: 1), .cleared))
    var news = WindowNews("picture")
    news.picture = WindowNews.Picture(
      id: 1_000_000, atMs: 1e9, caller: Array(repeating: 255, count: 256), sentMs: 1e4,
      queuedMs: 60_000, leadMs: 60_000, heardMs: 1e9, pingMs: 1e5,
      figures: CallRow.Figures(SessionStatistics()), shortfalls: nil,
      texts: Array(repeating: text, count: CallWatch.mostTexts),
      events: Array(repeating: event, count: CallWatch.eventsAtOnce).compactMap(\.self))
    return news
  }

  @Test("what a page is sent of a call is 2 kB a second, whatever happens in it", arguments: 1...20)
  func bound(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let most = largest().text.count
    #expect(most < 10_000)
    var allowance = FeedAllowance()
    var now = MonotonicTime(nanoseconds: 1)
    let began = now
    var sent = 0
    var count = 0
    for _ in 0..<3_000 {
      now = now + .milliseconds(Int.random(in: 1...400, using: &random))
      guard allowance.has(at: now) else { continue }
      let size = Int.random(in: 200...most, using: &random)
      allowance.take(size, at: now)
      sent += size
      count += 1
      let seconds = Double((now - began).wholeNanoseconds) / 1e9
      #expect(Double(sent) <= Double(FeedAllowance.bytesPerSecond) * (seconds + 1) + Double(most))
    }
    // It is no bound that lets nothing through.
    let seconds = Double((now - began).wholeNanoseconds) / 1e9
    #expect(Double(sent) > 0.9 * Double(FeedAllowance.bytesPerSecond) * seconds && count > 100)
  }

  @Test("five usual pictures a second all pass")
  func usual() {
    var allowance = FeedAllowance()
    for tick in 0..<500 {
      let now = MonotonicTime(nanoseconds: 1) + .milliseconds(200 * tick)
      let has = allowance.has(at: now)
      #expect(has)
      allowance.take(380, at: now)
    }
  }

  @Test(
    "a name that leads out of its folder is none",
    arguments: [
      ("a.wav", true), ("2026/a.wav", true), ("../a", false), ("a/../../b", false),
      ("/etc/passwd", false),
      ("", false), (".", false), ("a//b", false), ("a\0.wav", false),
    ])
  func names(name: String, isBelow: Bool) {
    #expect(CallFiles.isBelow(name) == isBelow)
  }
}
