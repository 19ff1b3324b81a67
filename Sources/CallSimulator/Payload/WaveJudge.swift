import AudioEngine

/// What samples show by themselves: clipping, an offset, steps where chunks meet.
enum WaveJudge {
  /// A run of so many samples at full scale is no peak that happens to touch it.
  private static let leastRun = 3
  /// Into a cut-off top the wave goes so steeply that it would have passed full scale by this factor.
  private static let overshoot: Float = 1.15

  /// Clipping over one sample in a hundred of those that are not silent.
  ///
  /// G.711's top code stands for everything above 31,100 or so, where a loud tone may well stay for
  /// some samples: only a top that is entered steeply counts.
  static func clipping(in samples: [Float], _ encoding: AudioEncoding) -> AudioTrace? {
    let top: Float = encoding == .linear16 ? 32_767 : encoding == .mulaw ? 32_124 : 32_256
    var clipped = 0
    var first: Int?
    var index = 2
    while index < samples.count {
      guard abs(samples[index]) >= top else {
        index += 1
        continue
      }
      let sign: Float = samples[index] < 0 ? -1 : 1
      var end = index
      while end < samples.count, samples[end] * sign >= top { end += 1 }
      let entry = sign * (2 * samples[index - 1] - samples[index - 2])
      let isSteep = entry > top * overshoot || sign * samples[index - 1] < top * 0.5
      if end - index >= leastRun, isSteep {
        clipped += end - index
        first = first ?? index
      }
      index = end
    }
    guard let first else { return nil }
    let audible = samples.lazy.filter { abs($0) > 200 }.count
    let share = Double(clipped) / Double(max(audible, 1))
    return share > 0.01 ? AudioTrace(kind: .clipping, sample: first, figure: share) : nil
  }

  /// A mean that stays on one side for nine tenths of all tenths of a second: at least 2 % of full scale.
  static func offset(in samples: [Float], _ rate: SampleRate) -> AudioTrace? {
    let length = rate.hertz / 10
    let means = stride(from: 0, to: samples.count - length + 1, by: length).map { start in
      samples[start..<start + length].reduce(0, +) / Float(length)
    }
    // Of less than half a second a slow wave may be all there is.
    guard means.count >= 5 else { return nil }
    let least: Float = 650
    let many = max(means.count { $0 > least }, means.count { $0 < -least })
    guard many * 10 >= means.count * 9 else { return nil }
    let mean = means.reduce(0, +) / Float(means.count)
    let first = means.firstIndex { abs($0) > least } ?? 0
    return AudioTrace(kind: .offset, sample: first * length, figure: Double(mean))
  }

  /// Steps at `edges`, the samples that begin a chunk heard without a seam after another one.
  ///
  /// At an edge in the middle of loud sound, what a linear prediction leaves there is held against what
  /// it leaves around. Edges have nothing to do with speech, so in sound audio one in a hundred stands
  /// out twofold, like any other place: as many places between the edges are the measure.
  static func clicks(in samples: [Float], edges: [Int], _ rate: SampleRate) -> AudioTrace? {
    // Evenly chosen, so that an hour costs no more than a minute.
    let every = (edges.count + mostEdges - 1) / mostEdges
    let edges = stride(from: 0, to: edges.count, by: max(every, 1)).map { edges[$0] }
    let scores = edges.compactMap { edge in
      score(at: edge, in: samples, rate).map { (edge, $0) }
    }
    let hits = scores.filter { $0.1 > 2 }
    guard hits.count >= 5, hits.count * 10 >= scores.count, hits.count(where: { $0.1 > 3 }) >= 2,
      let first = hits.first
    else { return nil }
    let between = zip(edges, edges.dropFirst()).map { $0 + ($1 - $0) * 3 / 7 }
    let others = between.compactMap { score(at: $0, in: samples, rate) }
    let usual = Double(others.count { $0 > 2 }) / Double(max(others.count, 1))
    let share = Double(hits.count) / Double(scores.count)
    guard share > usual * 4 else { return nil }
    return AudioTrace(kind: .edgeClicks, sample: first.0, figure: share)
  }

  private static let mostEdges = 200

  /// How far the samples around `place` stand out of the 20 ms on both sides; nil in quiet ones.
  private static func score(at place: Int, in samples: [Float], _ rate: SampleRate) -> Float? {
    let side = rate.hertz / 50
    let start = place - side - LinearPrediction.order
    guard start >= 0, place + side <= samples.count else { return nil }
    let isLoud: (ArraySlice<Float>) -> Bool = { half in half.contains { abs($0) > 1_000 } }
    guard isLoud(samples[place - side..<place]), isLoud(samples[place..<place + side]) else {
      return nil
    }
    let window = samples[start..<place + side]
    let residual = LinearPrediction(window).residual(of: window)
    let edge = residual[side - 2..<side + 4].max() ?? 0
    let rest = (residual[..<(side - 6)] + residual[(side + 8)...]).sorted()
    // Two in a hundred are a voice's own pulses; 20 is the noise of rounding.
    return edge / max(rest[rest.count * 98 / 100], 20)
  }
}
