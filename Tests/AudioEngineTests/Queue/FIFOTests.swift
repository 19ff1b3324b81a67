import SeededRandom
import Testing

@testable import AudioEngine

@Suite struct FIFOTests {
  @Test("keeps order through growth and wrap-around", arguments: 0..<10)
  func agreesWithArray(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var fifo = FIFO<Int>()
    var model: [Int] = []
    for step in 0..<1_000 {
      switch Int.random(in: 0..<5, using: &random) {
      case 0..<3:
        fifo.append(step)
        model.append(step)
      case 3:
        #expect(fifo.removeFirst() == (model.isEmpty ? nil : model.removeFirst()))
      default:
        #expect(fifo.removeLast() == model.popLast())
      }
      #expect((0..<fifo.count).map { fifo[$0] } == model)
      #expect(fifo.first == model.first)
      #expect(fifo.last == model.last)
    }
  }
}
