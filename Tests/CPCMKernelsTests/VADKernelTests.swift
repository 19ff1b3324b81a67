import CPCMKernels
import Testing

@Suite struct VADKernelTests {
  static let rates: [UInt32] = [8_000, 16_000]

  @Test("gives what the scalar kernel gives, touching nothing else", arguments: rates)
  func counts(rate: UInt32) {
    var fresh = pcm_vad_state()
    unsafe pcm_vad_init(&fresh, rate)
    let window = Int(rate) * 32 / 1_000
    for isa in InstructionSet.available {
      for count in [0, 1, window - 1, window, window + 1, 3 * window - 1, 3 * window + 7] {
        let due = unsafe pcm_vad_count(&fresh, count)
        let isSame = unsafe agrees(isa, reading: 2 * count, writing: 2 * due, seed: count) {
          kernels, dst, src in
          var state = fresh
          return unsafe kernels.vad(
            dst.assumingMemoryBound(to: UInt16.self), src.assumingMemoryBound(to: Int16.self),
            count, &state)
        }
        #expect(isSame, "\(isa), \(count) samples")
      }
    }
  }

  @Test("gives the same however a stream is cut, as many as it says", arguments: rates)
  func cuts(rate: UInt32) {
    let stream = Self.stream(rate, seconds: 1)
    let whole = Self.probabilities(stream, rate, cuts: [stream.count])
    #expect(whole.count == 31)
    for cuts in [[1], [7, 300], [160], [511, 513], [800, 0, 3]] {
      #expect(Self.probabilities(stream, rate, cuts: cuts) == whole, "\(cuts)")
    }
  }

  @Test("is a copy's equal: a state is plain data", arguments: rates)
  func copies(rate: UInt32) {
    var state = pcm_vad_state()
    unsafe pcm_vad_init(&state, rate)
    let stream = Self.stream(rate, seconds: 1)
    var room = [UInt16](repeating: 0, count: 64)
    _ = unsafe pcm_vad(&room, stream, stream.count, &state)
    var copy = state
    var again = room
    let count = unsafe pcm_vad(&room, stream, stream.count, &state)
    #expect(unsafe pcm_vad(&again, stream, stream.count, &copy) == count && room == again)
    unsafe pcm_vad_reset(&state)
    let first = unsafe pcm_vad(&room, stream, stream.count, &state)
    #expect(Array(room[..<first]) == Self.probabilities(stream, rate, cuts: [stream.count]))
  }

  @Test("hears nobody in silence, for as long as it lasts", arguments: rates)
  func silence(rate: UInt32) {
    let given = Self.probabilities(
      [Int16](repeating: 0, count: Int(rate) * 4), rate, cuts: [4_096])
    #expect(given.allSatisfy { $0 < 3_277 }, "\(given.max() ?? 0)")
  }

  @Test("a state that was never set up gives nothing", arguments: InstructionSet.available)
  func unset(_ isa: InstructionSet) {
    var state = pcm_vad_state()
    #expect(unsafe !pcm_vad_init(&state, 24_000))
    var room: [UInt16] = [1, 2, 3]
    let samples = [Int16](repeating: 9, count: 2_000)
    let due = unsafe pcm_vad_count(&state, 2_000)
    let given = unsafe isa.kernels.vad(&room, samples, samples.count, &state)
    #expect(due == 0 && given == 0 && room == [1, 2, 3])
  }

  /// Noise that swells, with full scale in between.
  static func stream(_ rate: UInt32, seconds: Int) -> [Int16] {
    var noise = Noise(Int(rate))
    return (0..<Int(rate) * seconds).map {
      Int16(truncatingIfNeeded: noise.next()) / Int16(1 + ($0 / 1_000) % 12)
    }
  }

  /// The probabilities of a whole stream, taken in pieces of the sizes given, over and over.
  static func probabilities(_ stream: [Int16], _ rate: UInt32, cuts: [Int]) -> [UInt16] {
    var state = pcm_vad_state()
    unsafe pcm_vad_init(&state, rate)
    var given: [UInt16] = []
    var start = 0
    for turn in 0... where start < stream.count {
      let piece = Array(stream[start..<min(start + cuts[turn % cuts.count], stream.count)])
      let due = unsafe pcm_vad_count(&state, piece.count)
      var room = [UInt16](repeating: 0, count: due + 1)
      let count = unsafe pcm_vad(&room, piece, piece.count, &state)
      #expect(count == due)
      given += room[..<count]
      start += piece.count
      if start == stream.count { break }
    }
    return given
  }
}
