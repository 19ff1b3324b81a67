import SeededRandom
import Testing

@testable import AudioEngine

@Suite struct AudioRingTests {
  private static func bytes(_ ring: borrowing AudioRing, _ range: Range<Int>) -> [UInt8] {
    var all: [UInt8] = []
    ring.forEachPiece(in: range) { piece in
      for index in 0..<piece.byteCount { all.append(piece[byte: index]) }
    }
    return all
  }

  @Test("agrees with an array through random appends, releases and truncations", arguments: 0..<20)
  func agreesWithModel(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var ring = AudioRing(capacity: 100_000)
    var model: [UInt8] = []
    var start = 0
    for _ in 0..<2_000 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        let count = min(Int.random(in: 0...3_000, using: &random), ring.free)
        let new = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        unsafe ring.append(new.span.bytes)
        model += new
      case 6..<9:
        let count = Int.random(in: 0...4_000, using: &random)
        ring.release(upTo: start + count)
        let dropped = min(count, model.count)
        model.removeFirst(dropped)
        start += dropped
      default:
        let count = Int.random(in: 0...200, using: &random)
        ring.truncate(to: ring.end - count)
        model.removeLast(min(count, model.count))
      }
      #expect(ring.start == start)
      #expect(ring.count == model.count)
    }
    let held = Self.bytes(ring, ring.start..<ring.end)
    #expect(held == model)
  }

  @Test("takes memory for what it holds and gives it back when empty")
  func memoryFollowsContent() {
    var ring = AudioRing(capacity: 1_000_000)
    #expect(ring.allocatedBytes <= 4_096)
    ring.append(repeating: 1, byteCount: 900_000)
    #expect(ring.allocatedBytes >= 900_000)
    ring.release(upTo: ring.end)
    #expect(ring.allocatedBytes <= 4_096)
    #expect(ring.free == 1_000_000)
  }

  @Test("decodes base64 across its edge, whole or not at all", arguments: 0..<64)
  func decodesAcrossTheEdge(shift: Int) throws {
    var ring = AudioRing(capacity: 8_192)
    ring.append(repeating: 0, byteCount: 4_096 - shift)
    ring.release(upTo: ring.end)
    let plain = (0..<100).map { UInt8($0) }
    var message = MessageBuffer()
    var writer = Base64Writer()
    unsafe writer.append(plain.span.bytes, to: &message)
    writer.finish(&message)
    let start = ring.end
    #expect(try ring.append(base64: message.bytes) == 100)
    #expect(Self.bytes(ring, start..<ring.end) == plain)

    var wrong = (0..<message.count).map { message.bytes[byte: $0] }
    wrong[77] = UInt8(ascii: "!")
    let before = ring.end
    do {
      _ = unsafe try ring.append(base64: wrong.span.bytes)
      Issue.record("wrong base64 was taken")
    } catch {
      #expect(error.position == 77)
    }
    #expect(ring.end == before)
  }
}
