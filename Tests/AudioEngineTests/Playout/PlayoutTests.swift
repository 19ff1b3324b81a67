import SeededRandom
import Testing

@testable import AudioEngine

@Suite struct PlayoutTests {
  private static let wire = WireFormat(.linear16, .hz8000)
  private static let policy = ChunkPolicy(
    minimumBytes: 320, maximumBytes: 3_200, multipleBytes: 320)
  private static let epoch = Epoch(number: 1)

  private func playout(_ change: (inout PlaybackPolicy) -> Void = { _ in }) -> Playout {
    var policy = PlaybackPolicy(chunk: Self.policy)
    change(&policy)
    return Playout(policy, wire: Self.wire)
  }

  private func chunk(at position: Int, padding: Int = 0) -> LegalChunk {
    LegalChunk(
      audio: position..<(position + 1_600 - padding), paddingByteCount: padding,
      epoch: Self.epoch, endsUtterance: padding > 0, policy: Self.policy)
  }

  private func time(_ milliseconds: Int) -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000)
  }

  /// Half a second of speech has left at once, with a mark at each 100 ms.
  private func speak(_ playout: inout Playout) -> [String] {
    var figures = SessionStatistics.Outbound()
    var marks: [String] = []
    for index in 0..<5 {
      playout.add(Mark(position: (index + 1) * 1_600, epoch: Self.epoch, kind: .named("m\(index)")))
      playout.left(
        chunk(at: index * 1_600), at: 0, due: 0, leavesSince: nil, &figures)
      let name = playout.nextMark(at: (index + 1) * 1_600, speaking: Self.epoch, now: .zero)
      marks.append(name ?? "")
    }
    return marks
  }

  @Test("the places keep their order and never go back, whatever is echoed when", arguments: 0..<20)
  func places(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var playout = playout()
    let marks = speak(&playout)
    var before = (played: 0, estimate: 0, resumable: 0)
    for millisecond in stride(from: 0, to: 2_000, by: 20) {
      let now = time(millisecond)
      if Int.random(in: 0..<6, using: &random) == 0 {
        _ = playout.echo(marks.randomElement(using: &random) ?? "", at: now)
      }
      while playout.takePlayedMark(at: now) != nil {}
      playout.advance(to: now)
      let ear = playout.ear(at: now)
      #expect(ear.played == playout.played && ear.played <= ear.limit)
      #expect(playout.played <= playout.resumable && playout.played <= playout.estimate)
      #expect(playout.resumable <= 8_000 && playout.estimate <= 8_000)
      #expect(
        playout.played >= before.played && playout.estimate >= before.estimate
          && playout.resumable >= before.resumable)
      before = (playout.played, playout.estimate, playout.resumable)
    }
    #expect(playout.played == 8_000 && playout.markDeadline == nil)
  }

  @Test("an echo counts for every mark before it, though not before the ear can be there")
  func echoes() {
    var playout = playout()
    let marks = speak(&playout)
    let isKnown = playout.echo(marks[2], at: time(50))
    #expect(isKnown && playout.markDeadline == 100_000_000)
    let early = playout.takePlayedMark(at: time(99))
    #expect(early == nil)
    var played: [Int] = []
    while let mark = playout.takePlayedMark(at: time(300)) { played.append(mark.mark.position) }
    #expect(played == [1_600, 3_200, 4_800] && playout.played == 4_800)
    for name in [marks[2], "", "x", "77", "99999999999999999999"] {
      let isKnown = playout.echo(name, at: time(310))
      #expect(!isKnown)
    }
  }

  @Test("without an echo a mark counts when by the policy's bound it was heard")
  func withoutEchoes() {
    var playout = playout()
    _ = speak(&playout)
    #expect(playout.markDeadline == 1_100_000_000)
    let early = playout.takePlayedMark(at: time(1_099))
    let mark = playout.takePlayedMark(at: time(1_100))
    #expect(early == nil && mark?.isEchoed == false && playout.played == 1_600)
  }

  @Test("a pause keeps what was heard, and the limit where the platform may play on to")
  func pauses() {
    var playout = playout()
    let marks = speak(&playout)
    _ = playout.echo(marks[0], at: time(150))
    _ = playout.takePlayedMark(at: time(150))
    playout.advance(to: time(200))
    playout.pause(at: time(200))
    #expect(playout.isPaused && playout.owesClear && playout.played == 1_600)
    playout.takeBack(to: 2_400)
    #expect(playout.ear(at: time(200)) == Playout.Ear(played: 1_600, limit: 8_000))
    playout.advance(to: time(900))
    #expect(playout.played == 1_600)
    #expect(playout.takeClear() == time(200) && playout.takeClear() == nil)
    playout.resume()
    // The marks go again, under other names.
    let again = playout.nextMark(at: 3_200, speaking: Self.epoch, now: time(900))
    #expect(again == "6:m1" && marks[1] == "2:m1")
    #expect(playout.echo(marks[1], at: time(900)) == false)
  }

  @Test("dropping leaves nothing of the speech behind")
  func drops() {
    var playout = playout()
    let marks = speak(&playout)
    let asks = playout.askForClear(at: time(100))
    playout.pause(at: time(120))
    var names = 0
    while playout.takeMark() != nil { names += 1 }
    playout.drop(to: 8_000, remembering: nil)
    #expect(asks && names == 5 && !playout.isPaused && playout.markDeadline == nil)
    #expect(playout.ear(at: time(120)) == Playout.Ear(played: 8_000, limit: 8_000))
    // The clear still goes, as the first reason for it has it.
    #expect(playout.takeClear() == time(100))
    #expect(playout.echo(marks[4], at: time(200)) == false)
    #expect(playout.askForClear(at: time(200)) == false)
  }

  @Test("the lead never passes what the platform holds")
  func buffer() {
    var playout = playout {
      $0.lead = .fixed(.seconds(9))
      $0.platformBuffer = .milliseconds(500)
    }
    var figures = SessionStatistics.Outbound()
    #expect(playout.dueTime(byteCount: 1_600, at: 7) == 7 - 400_000_000 && playout.isDry(at: 0))
    playout.left(chunk(at: 0), at: 0, due: 0, leavesSince: nil, &figures)
    #expect(playout.earEnd == 100_000_000 && !playout.isDry(at: 100_000_000))
    #expect(playout.dueTime(byteCount: 1_600, at: 0) == 100_000_000 - 400_000_000)
    playout.left(
      chunk(at: 1_600), at: 150_000_000, due: 60_000_000, leavesSince: 0, &figures)
    #expect(figures.underruns == 1 && figures.insertedSilence == .milliseconds(50))
    #expect(figures.lateness.maximum == .milliseconds(90))
  }
}
