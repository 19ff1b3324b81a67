import AudioEngine
import Testing

@testable import CallSimulator

/// The server's jitter buffer and the parties' voices, without a socket.
@Suite("AgenTao server: playout and voices", .timeLimit(.minutes(1)))
struct AgenTaoPlayoutTests {
  private static let start = MonotonicTime(nanoseconds: 5_000_000_000)

  private func at(_ milliseconds: Int) -> MonotonicTime {
    Self.start + .milliseconds(milliseconds)
  }

  private func playout(ahead: Duration = .milliseconds(800), limit: Int = 1 << 20) -> AgenTaoPlayout
  {
    AgenTaoPlayout(rate: .hz8000, ahead: ahead, recordLimit: limit, start: Self.start)
  }

  private func bytes(_ count: Int, _ value: UInt8 = 7) -> ArraySlice<UInt8> {
    Array(repeating: value, count: count)[...]
  }

  @Test("plays 20 ms at a time, each when it begins, and the rest at the end")
  func slices() {
    var line = playout()
    line.allow(12_800)
    line.append(bytes(654), dropsExcess: true)
    line.advance(to: at(0), callerHears: true, calleeHears: false)
    #expect(line.heardByCaller.byteCount == 320 && line.queued == 334)
    line.advance(to: at(19), callerHears: true, calleeHears: false)
    #expect(line.heardByCaller.byteCount == 320)
    line.advance(to: at(40), callerHears: true, calleeHears: false)
    #expect(line.heardByCaller.byteCount == 654 && line.played == 654)
    #expect(line.heardByCaller.stretches == 1)
    #expect(line.heardByCallee.byteCount == 0)
    // A pause, however long, costs nothing, and what follows waits for the next slice.
    line.advance(to: at(3_600_000), callerHears: true, calleeHears: false)
    line.append(bytes(2), dropsExcess: true)
    line.advance(to: at(3_600_019), callerHears: true, calleeHears: true)
    #expect(line.heardByCaller.byteCount == 654)
    line.advance(to: at(3_600_020), callerHears: true, calleeHears: true)
    #expect(line.heardByCaller.byteCount == 656 && line.heardByCallee.byteCount == 2)
    #expect(line.heardByCaller.stretches == 2)
  }

  @Test("counts what was not asked for, and drops it where the wire says so")
  func excess() {
    var lenient = playout()
    lenient.allow(100)
    #expect(lenient.append(bytes(160), dropsExcess: false) == 60)
    #expect(lenient.queued == 160 && lenient.excess == 60 && lenient.outstanding == 0)
    var strict = playout()
    strict.allow(100)
    #expect(strict.append(bytes(160), dropsExcess: true) == 60)
    #expect(strict.queued == 100 && strict.received == 100)
    #expect(strict.append(bytes(2), dropsExcess: true) == 2)
  }

  @Test("has room for so much ahead, asked for or there")
  func room() {
    var line = playout(ahead: .milliseconds(100))
    #expect(line.room == 1_600)
    line.allow(600)
    #expect(line.room == 1_000)
    line.append(bytes(600), dropsExcess: true)
    #expect(line.room == 1_000)
    line.advance(to: at(0), callerHears: true, calleeHears: false)
    #expect(line.room == 1_320)
  }

  @Test("clears what waits: with an epoch it counts anew, without one it goes on")
  func clear() {
    var line = playout()
    line.allow(1_000)
    line.append(bytes(1_000), dropsExcess: true)
    line.advance(to: at(0), callerHears: true, calleeHears: false)
    let dropped = line.clear(newEpoch: nil)
    #expect(dropped == 680 && line.discarded == 680)
    #expect(line.allowed == 1_000 && line.received == 1_000)
    line.allow(500)
    line.append(bytes(100), dropsExcess: true)
    let droppedToo = line.clear(newEpoch: 1)
    #expect(droppedToo == 100 && line.discarded == 780)
    #expect(line.epoch == 1 && line.allowed == 0 && line.received == 0 && line.played == 0)
    line.advance(to: at(60_000), callerHears: true, calleeHears: false)
    #expect(line.heardByCaller.byteCount == 320)
  }

  @Test("keeps no more than it was told, but counts on")
  func limit() {
    var line = playout(limit: 500)
    line.allow(4_000)
    line.append(bytes(4_000), dropsExcess: true)
    line.advance(to: at(1_000), callerHears: true, calleeHears: false)
    #expect(line.heardByCaller.audio.count == 500 && line.heardByCaller.byteCount == 4_000)
  }

  @Test(
    "lets parties talk in time, in pieces of any size", arguments: [[], [1, 3, 7], [2], [321]])
  func talk(chunks: [Int]) {
    var talk = AgenTaoTalk(
      [.tagged(-3)], rate: .hz8000, start: Self.start, chunks: chunks, evenOnly: false)
    var heard: [UInt8] = []
    for milliseconds in stride(from: 0, through: 500, by: 20) {
      for (first, bytes) in talk.take(at: at(milliseconds)) {
        #expect(first == heard.count / 2)
        heard += bytes
      }
      #expect(heard.count <= milliseconds * 16)
      #expect(heard.count > milliseconds * 16 - 330)
    }
    let isTrue = heard.elementsEqual(
      AgenTaoServer.Voice.tagged(-3).bytes(0..<4_000, rate: .hz8000).prefix(heard.count))
    #expect(isTrue)
  }

  @Test("mixes two parties, and cuts at whole samples where it must")
  func mix() {
    let loud = AgenTaoServer.Voice.samples([30_000])
    var talk = AgenTaoTalk(
      [loud, .samples([10_000, -10_000])], rate: .hz8000, start: Self.start, chunks: [3],
      evenOnly: true)
    let messages = talk.take(at: at(1))
    #expect(messages.map(\.bytes) == Array(repeating: [0xFF, 0x7F, 0x20, 0x4E], count: 4))
  }
}
