import AudioEngine
import Telephony
import Testing

/// A clock that does what clocks do on machines that sleep, move or are set: none of it may trap, run
/// away or lose speech.
@Suite struct ClockFaultTests {
  private static let start =
    #"{"event":"start","stream_sid":"s","start":{"stream_sid":"s","call_sid":"c"}}"#
  private static let second: Int64 = 1_000_000_000
  private static let year = 31_557_600 * second

  /// A call with two seconds of speech, under a clock that the test sets.
  private struct Driver: ~Copyable {
    var call: CallSession
    var now: Int64
    var media = 0
    private var message = MessageBuffer()

    init(at now: Int64) {
      self.now = now
      call = CallSession(
        path: "/exotel", configuration: CallConfiguration(), at: MonotonicTime(nanoseconds: now))
    }

    var time: MonotonicTime { MonotonicTime(nanoseconds: now) }

    mutating func receive(_ text: String) {
      let bytes = Array(text.utf8)
      _ = unsafe call.receive(text: bytes.span.bytes, at: time)
    }

    /// Does what is due at `time`; what is due at one time is bounded.
    mutating func settle() {
      for _ in 0..<100 {
        guard call.poll(at: time, into: &message) != nil else { return }
        let text = unsafe message.bytes.withUnsafeBytes {
          unsafe String(decoding: $0, as: UTF8.self)
        }
        if text.contains("\"media\"") { media += 1 }
      }
      Issue.record("more than 100 messages are due at one time")
    }

    /// Lets a second pass, the caller speaking.
    mutating func runSecond(from chunk: Int) {
      for step in 0..<50 {
        now += 20_000_000
        receive(
          #"{"event":"media","media":{"chunk":\#(chunk + step),"timestamp":\#((chunk + step) * 20),"payload":"AAAA"}}"#
        )
        settle()
        var frame = [Int16](repeating: 0, count: 320)
        var span = frame.mutableSpan
        while call.media?.read(into: &span) ?? 0 > 0 {}
      }
    }
  }

  @Test(
    "speech leaves whole whatever the clock does in the middle of it",
    arguments: [0, 1, 3_600 * second, year, 100 * year, -1, -second, -3_600 * second, -100 * year])
  func leaps(by leap: Int64) throws {
    let begun = 101 * Self.year
    var driver = Driver(at: begun)
    driver.receive(Self.start)
    let speech = [Int16](repeating: 5, count: 16_000)
    let start = driver.time
    let epoch = try #require(try driver.call.media?.beginUtterance(at: start))
    let written = try driver.call.media?.write(speech.span, to: epoch, at: start)
    #expect(written == 16_000)
    try driver.call.media?.finish(epoch)
    driver.runSecond(from: 0)
    driver.now += leap
    driver.runSecond(from: 50)
    // A clock that went back comes to where it was.
    driver.now = max(driver.now, begun + Self.second)
    for second in 2..<6 { driver.runSecond(from: second * 50) }
    let sentBytes = driver.call.media?.statistics.outbound.sentBytes
    let media = driver.media
    #expect(sentBytes == 32_000 && media == 10)
    let refused = driver.call.refused
    #expect(refused.isEmpty)
    driver.receive(#"{"event":"stop"}"#)
    driver.settle()
    let isLive = driver.call.isLive
    #expect(!isLive)
  }

  @Test("a clock that stands still sends the lead and no more")
  func stands() throws {
    var driver = Driver(at: Self.year)
    driver.receive(Self.start)
    let speech = [Int16](repeating: 5, count: 80_000)
    let start = driver.time
    let epoch = try #require(try driver.call.media?.beginUtterance(at: start))
    _ = try driver.call.media?.write(speech.span, to: epoch, at: start)
    for _ in 0..<1_000 { driver.settle() }
    let sent = driver.media
    #expect((1...5).contains(sent))
  }
}
