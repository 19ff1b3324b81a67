import Glibc

/// Sends one tone through a converter and reads amplitudes from what comes out.
///
/// Tones are odd multiples of 5 Hz and the window is 0.2 s, so that every tone, image and alias has
/// whole periods in it and none leaks into another.
struct ToneProbe {
  let from: Int
  let to: Int
  let frequency: Double
  private let output: [Double]
  /// Position of the window's first sample in the output stream.
  private let start: Int

  /// Peak amplitude: 2 dB below full scale.
  static let amplitude = 32_767 * pow(10, -2.0 / 20)
  /// The window, in windows of its kind a second.
  private static let windows = 5
  /// So much input comes before the window: longer than any filter, and than any burst.
  private static let settling = 0.2

  /// The nearest frequency that has whole periods in the window and is no divisor of a rate.
  static func frequency(near hertz: Double) -> Double {
    let step = Double(windows)
    return ((hertz / step - 1) / 2).rounded() * 2 * step + step
  }

  init(_ model: ConverterModel, from: Int, to: Int, frequency: Double) {
    self.from = from
    self.to = to
    self.frequency = frequency
    let count = to / Self.windows
    let first = Int(Self.settling * Double(to))
    let stream = OutputStream(model, from: from, to: to) { index in
      // Not in phase with anything.
      let phase = 2 * .pi * frequency * Double(index) / Double(from) + 0.7
      return Int16((Self.amplitude * cos(phase)).rounded())
    }
    let samples = stream.samples(count: first + count)
    start = first
    output = samples[first...].map { Double($0) }
  }

  /// The component at `hertz`: its amplitude over the tone's, and its phase at the stream's start.
  func component(at hertz: Double) -> (gain: Double, phase: Double) {
    let step = 2 * .pi * hertz / Double(to)
    var (real, imaginary) = (0.0, 0.0)
    for (index, sample) in output.enumerated() {
      let angle = step * Double(start + index)
      real += sample * cos(angle)
      imaginary -= sample * sin(angle)
    }
    let scale = 2 / Double(output.count)
    let magnitude = (real * real + imaginary * imaginary).squareRoot() * scale
    return (magnitude / Self.amplitude, atan2(imaginary, real))
  }

  /// The tone over everything else, in dB: noise, distortion, images and aliases.
  var signalToNoise: Double {
    let tone = component(at: frequency)
    let step = 2 * .pi * frequency / Double(to)
    var rest = 0.0
    for (index, sample) in output.enumerated() {
      let fitted =
        Self.amplitude * tone.gain * cos(step * Double(start + index) + tone.phase)
      rest += (sample - fitted) * (sample - fitted)
    }
    let signal = pow(Self.amplitude * tone.gain, 2) / 2
    return 10 * log10(signal / (rest / Double(output.count)))
  }

  /// Where images and aliases of the tone can lie.
  var foreign: [Double] {
    var found: [Double] = []
    for multiple in 0...3 {
      for sign in [-1.0, 1.0] {
        let image = abs(Double(multiple * from) + sign * frequency)
        let folded = Self.fold(image, Double(to))
        let isKnown = found.contains { abs($0 - folded) < 1 }
        if abs(folded - frequency) > 1, !isKnown { found.append(folded) }
      }
    }
    return found
  }

  /// The frequency at which a tone of `hertz` is found once it is sampled at `rate`.
  static func fold(_ hertz: Double, _ rate: Double) -> Double {
    let rest = hertz.truncatingRemainder(dividingBy: rate)
    return rest > rate / 2 ? rate - rest : rest
  }
}
