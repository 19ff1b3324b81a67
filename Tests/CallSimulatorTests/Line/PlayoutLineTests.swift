import AudioEngine
import Testing

@testable import CallSimulator

@Suite("PlayoutLine") struct PlayoutLineTests {
  private let format = WireFormat(.linear16, .hz8000)
  private var line: PlayoutLine { PlayoutLine(format: format, origin: at(1_000)) }

  private func at(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  /// An expectation of what a mutating member returns.
  private func check<Value: Equatable>(
    _ value: Value, is expected: Value, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(value == expected, sourceLocation: sourceLocation)
  }

  @Test("plays what arrives in time without a seam")
  func seamless() {
    var line = line
    line.append(Sounds.bytes(3_200), at: at(1_005))
    #expect(line.firstAudio == at(1_020))
    #expect(line.end == at(1_220))
    check(line.append(Sounds.bytes(3_200), at: at(1_220)), is: nil)
    #expect(line.end == at(1_420))
    #expect(line.gaps.isEmpty)
    #expect(line.longestLead == .milliseconds(215))
    #expect(line.heard().samples.count == 160 + 3_200)
    #expect(line.heard().samples.prefix(160).allSatisfy { $0 == 0 })
  }

  @Test("hears silence until the next slice where a chunk is late")
  func late() {
    var line = line
    line.append(Sounds.bytes(3_200), at: at(1_000))
    let gap = line.append(Sounds.bytes(3_200), at: at(1_201))
    #expect(gap == Gap(atMs: 200, durationMs: 20, audible: true))
    #expect(line.gaps == [Gap(atMs: 200, durationMs: 20, audible: true)])
    let samples = line.heard().samples
    #expect(samples.count == 1_600 + 160 + 1_600)
    #expect(samples[1_600..<1_760].allSatisfy { $0 == 0 })
    #expect(samples[1_599] != 0 && samples[1_760] != 0)
  }

  @Test("lets somebody listen in, slice by slice, to what is heard in the end")
  func listensIn() {
    var line = line
    let loud = (1...1_600).map { Int16($0) }
    line.append(CallerScript.bytes(of: loud, as: .linear16), at: at(1_005))
    line.append(CallerScript.bytes(of: loud, as: .linear16), at: at(1_330))
    line.append(CallerScript.bytes(of: loud, as: .linear16), at: at(1_400))
    #expect(line.clear(at: at(1_450)).droppedBytes > 0)
    #expect(line.clears == 1)
    let whole = line.heard(until: at(1_600)).samples
    let slices = stride(from: Int64(1_000), to: 1_600, by: 20).flatMap {
      line.heard(from: at($0), until: at($0 + 20))
    }
    #expect(slices.count == 4_800)
    #expect(Array(slices.prefix(whole.count)) == whole)
    #expect(slices.dropFirst(whole.count).allSatisfy { $0 == 0 })
    #expect(line.heard(from: at(1_013), until: at(1_031)) == Array(whole[104..<248]))
    #expect(line.heard(from: at(900), until: at(1_000)).isEmpty)
  }

  @Test("knows a pause after quiet audio from a hole in loud audio")
  func quietGap() {
    var line = line
    line.append(Sounds.bytes(2_880) + Sounds.bytes(320, 0), at: at(1_000))
    check(line.append(Sounds.bytes(3_200), at: at(1_300))?.audible, is: false)
    #expect(line.lastAudible == at(1_500))
  }

  @Test("fills a short last slice with silence, as the platform waits for the next")
  func shortSlice() {
    var line = PlayoutLine(format: format, origin: at(0), unitBytes: 320)
    line.append(Sounds.bytes(3_300), at: at(0))
    #expect(line.end == at(220))
    #expect(line.heard().samples[1_650..<1_760].allSatisfy { $0 == 0 })
  }

  @Test("drops at a clear what has not started, and plays the slice in the ear to its end")
  func clear() {
    var line = line
    line.append(Sounds.bytes(3_200), at: at(1_000))
    check(line.clear(at: at(1_041)).droppedBytes, is: 3_200 - 3 * 320)
    #expect(line.end == at(1_060))
    #expect(line.heard().samples.count == 480)
    check(line.clear(at: at(1_050)).droppedBytes, is: 0)
    // The silence after it was wanted.
    check(line.append(Sounds.bytes(3_200), at: at(1_500)), is: nil)
    #expect(line.gaps.isEmpty)
  }

  @Test("drops everything at a clear before the first slice")
  func clearBeforeStart() {
    var line = line
    line.append(Sounds.bytes(3_200), at: at(1_001))
    check(line.clear(at: at(1_002)).droppedBytes, is: 3_200)
    #expect(line.firstAudio == nil)
    #expect(line.end == nil)
    #expect(line.heard().samples.isEmpty)
    check(line.clear(at: at(1_003)).droppedBytes, is: 0)
  }

  @Test("echoes a mark when the audio before it has been played")
  func marks() {
    var line = line
    check(line.mark("idle", at: at(1_000)), is: true)
    check(line.takeMark(at: at(1_000)), is: "idle")
    line.append(Sounds.bytes(3_200), at: at(1_000))
    check(line.mark("a", at: at(1_010)), is: true)
    line.append(Sounds.bytes(3_200), at: at(1_020))
    check(line.mark("b", at: at(1_020)), is: true)
    #expect(line.nextMark == at(1_200))
    check(line.takeMark(at: at(1_199)), is: nil)
    check(line.takeMark(at: at(1_400)), is: "a")
    check(line.takeMark(at: at(1_400)), is: "b")
    check(line.takeMark(at: at(1_400)), is: nil)
  }

  @Test(
    "treats marks of dropped audio as it was told", arguments: PlayoutLine.MarksAtClear.allCases)
  func marksAtClear(policy: PlayoutLine.MarksAtClear) {
    var line = PlayoutLine(format: format, origin: at(0), marksAtClear: policy)
    line.append(Sounds.bytes(3_200), at: at(0))
    check(line.mark("lost", at: at(0)), is: true)
    let echoes = line.clear(at: at(50)).echoes
    #expect(echoes == (policy == .echoedAtOnce ? ["lost"] : []))
    check(line.takeMark(at: at(199)), is: nil)
    check(line.takeMark(at: at(200)), is: (policy == .echoedWhenDue ? "lost" : nil))
  }

  @Test("remembers only so many marks")
  func mostMarks() {
    var line = line
    line.append(Sounds.bytes(3_200), at: at(1_000))
    for index in 0..<PlayoutLine.mostPendingMarks {
      check(line.mark("\(index)", at: at(1_000)), is: true)
    }
    check(line.mark("one more", at: at(1_000)), is: false)
  }

  @Test("knows what the caller has not heard yet")
  func unheard() {
    var line = line
    line.append(Sounds.bytes(3_200), at: at(1_005))
    #expect(line.unheard(at: at(1_005)) == .milliseconds(200))
    #expect(line.unheard(at: at(1_120)) == .milliseconds(100))
    #expect(line.heardDuration(at: at(1_120)) == .milliseconds(100))
    #expect(line.unheard(at: at(2_000)) == .zero)
    #expect(line.heard(until: at(1_120)).samples.count == 960)
  }

  @Test("puts the audio at the right sample at every rate", arguments: SampleRate.telephony)
  func rates(rate: SampleRate) {
    let format = WireFormat(.linear16, rate)
    var line = PlayoutLine(format: format, origin: at(0))
    line.append(Sounds.bytes(format.bytesPerSecond / 10), at: at(0))
    line.append(Sounds.bytes(format.bytesPerSecond / 10), at: at(150))
    let samples = line.heard().samples
    #expect(samples.count == rate.hertz * 26 / 100)
    #expect(samples[rate.hertz / 10..<rate.hertz * 16 / 100].allSatisfy { $0 == 0 })
    #expect(samples[rate.hertz * 16 / 100] != 0)
  }
}
