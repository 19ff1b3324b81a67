import AudioEngine
import Foundation
import Testing

/// What each filter reaches between each pair of rates, int16 in and out, tones at -2 dBFS.
///
/// Frequencies are fractions of the lower rate; "in band" ends at 0.425 of it, 3.4 kHz where that is
/// 8 kHz. The windows hold whole periods of every tone, so powers are plain sums. Tones are
/// multiples of 10 Hz but not of 50, 1,010 rather than 1,000: where a tone's period is a few
/// samples, what is measured is how those few happen to be rounded.
@Suite struct ResamplerQualityTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var from, to: Int
    var filter: Resampler.Filter
    /// SNDR at 1 kHz and the worst in band, dB, at least.
    var at1kHz, inBand: Double
    /// Within 0.1 dB up to here, a fraction of the lower rate, at least.
    var edge: Double
    /// The worst image or alias from 0.575 of the lower rate, dB, at most.
    var alias: Double
    /// Group delay in milliseconds, at most.
    var delay: Double

    var testDescription: String { "\(from) -> \(to) \(filter)" }
  }

  static let table = [
    row(8_000, 16_000, .standard, 93, 92.5, 0.455, -98, 2.94),
    row(16_000, 8_000, .standard, 95, 94, 0.455, -98, 2.94),
    row(8_000, 24_000, .standard, 93, 92.5, 0.455, -98, 2.96),
    row(24_000, 8_000, .standard, 95, 94, 0.455, -98, 2.96),
    row(16_000, 24_000, .standard, 93, 92, 0.455, -98, 1.48),
    row(24_000, 16_000, .standard, 94, 92.5, 0.455, -98, 1.48),
    row(8_000, 16_000, .lowDelay, 88, 86.5, 0.4375, -87, 0.21),
    row(16_000, 8_000, .lowDelay, 93, 93, 0.4375, -87, 0.21),
    row(8_000, 24_000, .lowDelay, 85, 85, 0.4375, -87, 0.24),
    row(24_000, 8_000, .lowDelay, 93, 93, 0.4375, -87, 0.24),
    row(16_000, 24_000, .lowDelay, 86, 85, 0.4375, -87, 0.12),
    row(24_000, 16_000, .lowDelay, 88, 86.5, 0.4375, -87, 0.12),
  ]

  static func row(
    _ from: Int, _ to: Int, _ filter: Resampler.Filter, _ at1kHz: Double, _ inBand: Double,
    _ edge: Double, _ alias: Double, _ delay: Double
  ) -> Row {
    Row(
      from: from, to: to, filter: filter, at1kHz: at1kHz, inBand: inBand, edge: edge, alias: alias,
      delay: delay)
  }

  @Test("reaches what the table says", arguments: table) func reaches(_ row: Row) throws {
    let lower = Double(min(row.from, row.to))
    #expect(try sndr(row, 1_010) >= row.at1kHz)
    let tones = stride(from: 110, through: 0.425 * lower, by: 0.0275 * lower)
      .filter { Int($0) % 50 != 0 }
    let worst = try tones.map { try sndr(row, $0) }.min() ?? 0
    #expect(worst >= row.inBand)

    let edge = try stride(from: 0.3, through: 0.5, by: 0.0025).first {
      let tone = ($0 * lower / 10).rounded() * 10
      let response = try measure(row, tone)
      return abs(decibels(response.power(tone) / response.input)) > 0.1
    }
    #expect(try #require(edge) - 0.0025 >= row.edge)

    #expect(try worstAlias(row) <= row.alias)
  }

  @Test("has the delay it states", arguments: table) func delay(_ row: Row) throws {
    var resampler = try make(row.from, row.to, filter: row.filter)
    let stated = resampler.delay.inMilliseconds
    #expect(stated <= row.delay)
    // What a tenth of a second of input leaves due at its end is the delay, to a few samples.
    let input = [Int16](repeating: 0, count: row.from / 10)
    var room = [Int16](repeating: 0, count: resampler.outputBound(inputCount: input.count))
    var span = room.mutableSpan
    let given = resampler.resample(input.span, into: &span)
    let heldBack = 100 - Double(given) / Double(row.to) * 1_000
    #expect(abs(heldBack - stated) <= 3_000 / Double(min(row.from, row.to)))
    // And the output is aligned with the input to less than an output sample.
    let (low, high) = (try measure(row, 990), try measure(row, 1_010))
    var turn = high.phase(1_010) - low.phase(990)
    turn -= (turn / (2 * .pi)).rounded() * 2 * .pi
    let misaligned = -turn / (2 * .pi * 20) * 1_000
    #expect(abs(misaligned) <= 1_000 / Double(row.from))
    #expect(abs(misaligned) <= (row.filter == .standard ? 0.001 : 0.1))
  }

  @Test("a constant comes out as it went in", arguments: table) func constant(_ row: Row) throws {
    for level: Int16 in [-32_768, -1, 1, 12_345, 32_767] {
      let input = [Int16](repeating: level, count: 600)
      let output = try resampled(
        input, from: row.from, to: row.to, filter: row.filter, cuts: [600])
      let settled = output.count / 3..<output.count * 2 / 3
      #expect(output[settled].allSatisfy { $0 == level })
    }
  }

  /// Signal over everything else, in dB.
  func sndr(_ row: Row, _ tone: Double) throws -> Double {
    let response = try measure(row, tone)
    let signal = response.power(tone)
    return decibels(signal / (response.total - signal))
  }

  /// The strongest image (upwards) or alias (downwards) of any tone, against that tone, in dB.
  func worstAlias(_ row: Row) throws -> Double {
    let (lower, upper) = (Double(min(row.from, row.to)), Double(max(row.from, row.to)))
    var worst = -200.0
    if row.from < row.to {
      for f in stride(from: 0.2 * lower + 10, through: 0.425 * lower, by: lower / 80) {
        let response = try measure(row, f)
        let rate = Double(row.from)
        for image in [rate - f, rate + f, 2 * rate - f] where image < upper / 2 {
          worst = max(worst, decibels(response.power(image) / response.input))
        }
      }
    } else {
      for f in stride(from: 0.575 * lower + 10, to: upper / 2, by: lower / 80) {
        let folded = abs(f - (f / lower).rounded() * lower)
        let response = try measure(row, f)
        worst = max(worst, decibels(response.power(folded) / response.input))
      }
    }
    return worst
  }

  /// The output for a tone whose frequency is a multiple of 10 Hz: 100 ms from the middle of 200.
  func measure(_ row: Row, _ tone: Double) throws -> Response {
    let amplitude = 32_767 * pow(10, -2.0 / 20)
    let input = (0..<row.from / 5).map {
      Int16((amplitude * sin(2 * .pi * tone * Double($0) / Double(row.from))).rounded())
    }
    let output = try resampled(
      input, from: row.from, to: row.to, filter: row.filter, cuts: [row.from / 50])
    let window = output[(row.to / 20)..<(row.to / 20 + row.to / 10)].map(Double.init)
    return Response(samples: window, rate: Double(row.to), input: amplitude * amplitude / 2)
  }

  struct Response {
    var samples: [Double]
    var rate: Double
    /// The power of the tone that went in.
    var input: Double

    var total: Double { samples.reduce(0) { $0 + $1 * $1 } / Double(samples.count) }

    func power(_ frequency: Double) -> Double {
      let (c, s) = parts(frequency)
      let scale = frequency == 0 || frequency == rate / 2 ? 1.0 : 2.0
      return (c * c + s * s) * scale
    }

    /// Against a sine that began with the input; the window begins 50 ms later, whole periods of 20 Hz.
    func phase(_ frequency: Double) -> Double {
      let (c, s) = parts(frequency)
      return atan2(c, s) - 2 * .pi * frequency * 0.05
    }

    private func parts(_ frequency: Double) -> (Double, Double) {
      var (c, s) = (0.0, 0.0)
      for (k, x) in samples.enumerated() {
        let angle = 2 * .pi * frequency * Double(k) / rate
        c += x * cos(angle)
        s += x * sin(angle)
      }
      return (c / Double(samples.count), s / Double(samples.count))
    }
  }

  func decibels(_ ratio: Double) -> Double { 10 * log10(max(ratio, 1e-20)) }
}
