import AudioEngine
import Testing

@Suite struct GainTests {
  @Test("limits its factor to what 16 bits of gain hold")
  func limits() {
    #expect(Gain(factor: 1) == .unity)
    #expect(Gain(factor: 0.5).units == 2_048)
    #expect(Gain(factor: 100).units == 32_767)
    #expect(Gain(factor: .infinity).units == 32_767)
    #expect(Gain(factor: -1) == .silence)
    #expect(Gain(factor: .nan) == .silence)
    #expect(Gain(units: .max).units == 32_767)
  }

  @Test("multiplies in place, rounds and saturates", arguments: Kernels.available)
  func multiplies(_ kernels: Kernels) {
    var samples: [Int16] = [1, -1, 1_000, -1_000, 32_767, -32_768]
    var span = samples.mutableSpan
    Gain(factor: 1.5).apply(to: &span, using: kernels)
    #expect(samples == [2, -1, 1_500, -1_500, 32_767, -32_768])
  }

  @Test("a fade reaches its target, however it is cut", arguments: Kernels.available)
  func fade(_ kernels: Kernels) {
    let input = noise(500, seed: 4)
    var whole = input
    var fade = Fade(from: .unity, to: .silence, over: 400)
    var span = whole.mutableSpan
    fade.apply(to: &span, using: kernels)
    #expect(whole[0] == input[0])
    #expect(whole[400...].allSatisfy { $0 == 0 })
    #expect(fade.remaining == 0 && fade.current == .silence)

    var pieces: [Int16] = []
    fade = Fade(from: .unity, to: .silence, over: 400)
    for start in stride(from: 0, to: 500, by: 37) {
      var piece = Array(input[start..<min(start + 37, 500)])
      var span = piece.mutableSpan
      fade.apply(to: &span, using: kernels)
      pieces += piece
    }
    #expect(pieces == whole)
  }

  @Test("a fade over nothing is a jump") func jump() {
    var samples: [Int16] = [100, 100]
    var span = samples.mutableSpan
    var fade = Fade(from: .silence, to: .unity, over: 0)
    fade.apply(to: &span)
    #expect(samples == [100, 100])
    #expect(Fade(from: .silence, to: .unity, over: -1).current == .unity)
  }
}
