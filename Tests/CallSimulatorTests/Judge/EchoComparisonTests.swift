import Testing

@testable import CallSimulator

@Suite("EchoComparison") struct EchoComparisonTests {
  private let said: [UInt8] = [0, 0, 0, 7, 1, 2, 3, 4]

  private func compare(_ heard: [UInt8]) -> EchoComparison {
    EchoComparison(said: said[...], heard: heard)
  }

  @Test("takes silence around the echo for no fault")
  func exact() {
    #expect(compare(said).isExact)
    #expect(compare([0, 0] + said + [0, 0, 0, 0]).isExact)
  }

  @Test("counts what came back right")
  func partial() {
    #expect(compare([0, 0, 0, 7, 1, 2]).matchedBytes == 6)
    #expect(!compare([0, 0, 0, 7, 1, 2]).isExact)
    #expect(compare([0, 0, 0, 7, 1, 9, 3, 4]).matchedBytes == 5)
    #expect(compare([]).matchedBytes == 0)
    #expect(!compare(said + [1, 0]).isExact)
  }

  @Test("misses silence that was swallowed at the beginning")
  func swallowed() {
    #expect(!compare([0, 7, 1, 2, 3, 4]).isExact)
  }

  @Test("compares silence by its length")
  func silence() {
    let silence: [UInt8] = [0, 0, 0, 0]
    #expect(EchoComparison(said: silence[...], heard: silence + [0]).isExact)
    #expect(!EchoComparison(said: silence[...], heard: [0, 0]).isExact)
  }
}
