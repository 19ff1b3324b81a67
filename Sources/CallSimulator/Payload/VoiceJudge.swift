import Foundation

/// How high a voice is and where its first formants lie, for whether a human throat can be behind it.
///
/// A recording that is played at another rate than its own moves both by the same factor; how far the
/// spectrum reaches says nothing, since upsampled speech is legal.
struct VoiceJudge {
  /// The median pitch, in hertz.
  let pitch: Float
  /// The median over voiced frames of the mean frequency, weighed by power: about the first formant.
  let powerCentre: Float
  /// The same weighed by amplitude, where higher formants count for more.
  let amplitudeCentre: Float

  private static let frameMilliseconds = 50
  private static let mostFrames = 40
  private static let leastVoiced = 15
  /// All that matters lies below 4 kHz.
  private static let hertz = 8_000
  /// Where two peaks hold more of the power, it is a tone.
  private static let tone: Float = 0.97

  /// Measures what is voiced in a sound; nil where there is too little, or where it is no speech: tones
  /// hold their pitch, and music hardly ever pauses.
  init?(_ sound: [Float], hertz: Int) {
    let samples = Self.narrowed(sound, by: hertz / Self.hertz)
    let hertz = Self.hertz
    let length = hertz * Self.frameMilliseconds / 1_000
    let frames = stride(from: 0, to: samples.count - length + 1, by: length / 2).map {
      (start: $0, level: samples[$0..<$0 + length].deviation)
    }
    guard !frames.isEmpty else { return nil }
    let high = frames.map(\.level).sorted()[frames.count * 9 / 10]
    let loud = frames.filter { $0.level > max(300, high / 5) }
    guard loud.count >= Self.leastVoiced, loud.count * 20 <= frames.count * 19 else { return nil }
    let every = max((loud.count + Self.mostFrames - 1) / Self.mostFrames, 1)
    var pitches: [Float] = []
    var tones = 0
    var centres: [(ofPower: Float, ofAmplitude: Float)] = []
    for index in stride(from: 0, to: loud.count, by: every) {
      let start = loud[index].start
      let frame = samples[start..<start + length]
      guard let pitch = Self.pitch(of: frame.centred) else { continue }
      pitches.append(pitch)
      let spectrum = Spectrum(frame, hertz: hertz)
      if spectrum.shareOfTones > Self.tone { tones += 1 }
      centres.append(spectrum.centroids(from: 60, to: 4_000))
    }
    guard pitches.count >= Self.leastVoiced, tones * 2 < pitches.count else { return nil }
    pitches.sort()
    pitch = pitches[pitches.count / 2]
    powerCentre = centres.map(\.ofPower).sorted()[centres.count / 2]
    amplitudeCentre = centres.map(\.ofAmplitude).sorted()[centres.count / 2]
    let spread = pitches[pitches.count * 3 / 4] - pitches[pitches.count / 4]
    guard spread > pitch * 0.03 else { return nil }
  }

  /// The first lag at which the sound is nearly as like itself as at any, as hertz; nil for what has no
  /// pitch between 28 Hz and 1 kHz.
  private static func pitch(of frame: [Float]) -> Float? {
    let lags = frame.count * 7 / 10
    var left: [Float] = [0]
    for sample in frame { left.append((left.last ?? 0) + sample * sample) }
    let whole = left[frame.count]
    let likeness = (0..<lags).map { lag -> Float in
      let power = left[frame.count - lag] * (whole - left[lag])
      let sum = SampleMath.product(frame, frame, lag: lag, over: 0..<frame.count - lag)
      return sum / max(power.squareRoot(), 1)
    }
    guard let dip = likeness[(hertz / 1_000)...].firstIndex(where: { $0 < 0.3 }) else { return nil }
    let most = likeness[dip...].max() ?? 0
    guard most > 0.6 else { return nil }
    let peak = (dip + 1..<max(lags - 1, dip + 1)).first {
      likeness[$0] >= likeness[$0 - 1] && likeness[$0] >= likeness[$0 + 1]
        && likeness[$0] > most * 0.85
    }
    return peak.map { Float(hertz) / Float($0) }
  }

  /// Every `factor`th sample of a sound, after a filter that leaves what the lower rate can hold.
  private static func narrowed(_ samples: [Float], by factor: Int) -> [Float] {
    guard factor > 1 else { return samples }
    let reach = 8 * factor
    let taps = (-reach...reach).map { tap -> Float in
      let place = Float(tap) / Float(factor)
      let sinc = tap == 0 ? 1 : sin(.pi * place) / (.pi * place)
      return sinc * (0.5 + 0.5 * cos(.pi * Float(tap) / Float(reach + 1))) / Float(factor)
    }
    return stride(from: reach, to: samples.count - reach, by: factor).map {
      SampleMath.product(taps, samples, lag: $0 - reach, over: 0..<taps.count)
    }
  }

  /// What is wrong with the rate, and whether that is certain.
  ///
  /// Of five recorded speakers and ten synthetic voices, each at its own rate: medians of pitch from 91
  /// to 254 Hz, of the centre by power from 322 to 849 Hz, by amplitude from 695 Hz up. At half its
  /// speed a recorded voice has 283 and 560 Hz at most; at twice its speed its pitch is 340 Hz or more.
  var finding: (kind: AudioFinding.Kind, isCertain: Bool)? {
    if pitch < 62 || (powerCentre < 300 && amplitudeCentre < 600) { return (.tooSlow, true) }
    if pitch > 380 { return (.tooFast, true) }
    // A child's voice reaches so high; a man's at twice his speed has a woman's pitch and no throat.
    if pitch > 320 || (pitch > 170 && powerCentre > 900) { return (.tooFast, false) }
    return nil
  }
}
