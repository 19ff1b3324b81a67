import SeededRandom
import Testing

@testable import AudioEngine

/// Numbers and time stamps as platforms were seen to write them: where the two disagree, time decides.
@Suite struct MessageOrderTests {
  /// The holes, in milliseconds, that a stream's messages of 20 ms each seem to have before them.
  private func holes(
    _ messages: [(chunk: Int?, stamp: Int?)], duration: Int64 = 20
  ) -> [Int] {
    var order = MessageOrder()
    return messages.enumerated().compactMap { index, message in
      let timing = MediaTiming(chunk: message.chunk, timestampMilliseconds: message.stamp)
      let place = order.place(
        timing, duration: duration * 1_000_000, at: Int64(index) * duration * 1_000_000)
      return place.isDuplicate ? -1 : place.missing > 0 ? Int(place.missing / 1_000_000) : nil
    }
  }

  @Test(
    "numbers that go up by more, back, anew or round fill nothing while time is steady",
    arguments: [
      { $0 * 2 }, { $0 * 1_000 }, { $0 < 20 ? $0 : $0 + 1_000 }, { $0 < 20 ? $0 : $0 * 2 },
      { $0 % 10 }, { $0 < 20 ? $0 : $0 - 20 }, { -$0 }, { _ in 7 }, { $0 == 20 ? .max : $0 },
      { $0 % 2 == 0 ? $0 : $0 + 40 },
    ] as [@Sendable (Int) -> Int])
  func numbersOfTheirOwn(chunk: @Sendable (Int) -> Int) {
    #expect(holes((0..<60).map { (chunk($0), $0 * 20) }) == [])
    // The same by a clock that has another unit, and by one of the day.
    #expect(holes((0..<60).map { (chunk($0), $0 * 160) }) == [])
    #expect(holes((0..<60).map { (chunk($0), 1_767_225_600_000 + $0 * 20) }) == [])
  }

  @Test("a jump in time is a hole whatever the numbers say", arguments: [60, 100, 500, 2_000])
  func jumps(milliseconds: Int) {
    for chunk in [{ $0 }, { $0 * 3 }, { 100 - $0 }, { _ in nil }] as [(Int) -> Int?] {
      let stream = (0..<60).map { (chunk($0), $0 * 20 + ($0 < 30 ? 0 : milliseconds)) }
      #expect(holes(stream) == [milliseconds])
    }
  }

  @Test("one lost message of a quiet clock is a hole, with numbers or without")
  func oneMessage() {
    let lost = (0..<60).filter { $0 != 30 }
    #expect(holes(lost.map { ($0, $0 * 20) }) == [20])
    #expect(holes(lost.map { (nil, $0 * 20) }) == [20])
    #expect(holes(lost.map { ($0, nil) }) == [20])
  }

  @Test("a clock that jitters fills nothing, and a hole in it is still one", arguments: 0..<20)
  func jitter(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let stamps = (0..<200).map { $0 * 20 + Int.random(in: -15...15, using: &random) }
    #expect(holes(stamps.enumerated().map { ($0, $1) }) == [])
    let late = stamps.enumerated().map { ($0, $1 + ($0 < 100 ? 0 : 400)) }
    let found = holes(late)
    #expect(found.count == 1 && (370...430).contains(found.first ?? 0))
  }

  @Test("messages stamped in a bunch give back what the first of them seemed to be late")
  func bunch() {
    // 300 ms in which nothing left, then fifteen messages at once, three times over.
    let stamps = (0..<150).map { message in
      let inBunch = message % 50
      return message * 20 + (inBunch < 15 ? (14 - inBunch) * 20 : 0)
    }
    let filled = holes(stamps.enumerated().map { ($0, $1) })
    #expect(filled.reduce(0, +) <= 300)
  }

  @Test("a clock that starts anew fills nothing, and counts again")
  func restart() {
    let stream = (0..<90).map { message in
      (message, message < 30 ? message * 20 : message < 60 ? (message - 30) * 20 : message * 20)
    }
    // From the second start's 600 ms to the old clock's 1,200.
    #expect(holes(stream) == [600])
    #expect(holes((0..<60).map { ($0, $0 < 30 ? 600_000 + $0 * 20 : $0 * 20) }) == [])
  }

  @Test("a clock that stands still is none: numbers count")
  func standing() {
    #expect(holes((0..<60).map { ($0 < 30 ? $0 : $0 + 3, 0) }) == [60])
  }

  @Test("a stamp of a message's end is as good as one of its start")
  func ends() {
    var order = MessageOrder()
    var time = 0
    for message in 0..<60 {
      let duration = message % 3 == 0 ? 200 : 20
      time += duration + (message == 40 ? 500 : 0)
      let place = order.place(
        MediaTiming(chunk: message, timestampMilliseconds: time),
        duration: Int64(duration) * 1_000_000, at: Int64(time) * 1_000_000)
      #expect((place.missing > 0) == (message == 40) && !place.isDuplicate, "\(message)")
    }
  }

  @Test("the same number at the same time is a repetition, either alone is not")
  func repetitions() {
    let stream = (0..<30).map { ($0, $0 * 20) }
    #expect(holes(stream + [(29, 580)]) == [-1])
    #expect(holes(stream + [(29, 600)]) == [])
    #expect(holes(stream + [(30, 580)]) == [])
    #expect(holes(stream.map { ($0.0 * 2, $0.1) } + [(58, 580)]) == [-1])
    #expect(holes(stream.map { (nil, $0.1) } + [(nil, 580)]) == [-1])
    #expect(holes((0..<30).map { _ in (1, 0) }) == [])
  }

  @Test("no numbers and times overflow it", arguments: 0..<50)
  func anything(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let edges = [.min, .max, 0, 1, -1, 1 << 40, .max / 1_000_000]
    var stream = (0..<10).map { ($0, $0 * 20) } as [(Int?, Int?)]
    for _ in 0..<200 {
      func one() -> Int? {
        Bool.random(using: &random)
          ? edges.randomElement(using: &random) : Int.random(in: -99_999...99_999, using: &random)
      }
      stream.append((one(), one()))
      stream.append((stream.count, stream.last?.1.map { $0 &+ 20 }))
    }
    #expect(holes(stream).allSatisfy { $0 <= 3_600_000 })
  }
}
