import AudioEngine
import Testing

@testable import Console

@Suite("Microphone") struct MicrophoneTests {
  private func bytes(_ samples: [Int16]) -> [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  @Test("gives uneven pieces in even ones, once some lies ready")
  func even() {
    var microphone = Microphone(rate: .hz8000)
    let said = (0..<1_600).map { Int16($0 - 800) }
    #expect(microphone.next(.milliseconds(20)) == [Int16](repeating: 0, count: 160))
    for start in stride(from: 0, to: 1_600, by: 400) {
      microphone.take(bytes(Array(said[start..<(start + 400)])))
    }
    let heard = (0..<10).flatMap { _ in microphone.next(.milliseconds(20)) }
    #expect(heard == said)
    #expect(microphone.late == .zero)
    #expect(microphone.next(.milliseconds(20)).allSatisfy { $0 == 0 })
    #expect(microphone.late == .milliseconds(20))
  }

  @Test("keeps a bounded amount of what comes too fast, the newest")
  func bounded() {
    var microphone = Microphone(rate: .hz8000)
    for index in 0..<100 { microphone.take(bytes([Int16](repeating: Int16(index), count: 160))) }
    var heard: [Int16] = []
    for _ in 0..<100 {
      let next = microphone.next(.milliseconds(20))
      if microphone.late > .zero { break }
      heard += next
    }
    #expect(heard.count <= 8_000 * 4 / 10)
    #expect(heard.last == 99)
  }

  @Test("leaves half a sample at the end")
  func odd() {
    var microphone = Microphone(rate: .hz8000)
    microphone.take([1, 0, 2])
    microphone.take([])
    microphone.take(bytes([Int16](repeating: 7, count: 800)))
    #expect(microphone.next(.milliseconds(20)).prefix(2) == [1, 7])
  }
}
