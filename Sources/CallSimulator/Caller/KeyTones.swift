public import AudioEngine
import Foundation

/// Telephone keys as sound (DTMF, ITU-T Q.23), as a telephone sends them whose line tells no messages.
public enum KeyTones {
  /// How long a key is held.
  public static let duration: Duration = .milliseconds(100)
  /// Each of the two tones: -14 dBFS.
  private static let amplitude = 6_500.0
  /// Rising and falling, so that it does not click.
  private static let ramp = 0.005
  private static let rows = [697.0, 770, 852, 941]
  private static let columns = [1_209.0, 1_336, 1_477, 1_633]
  private static let keypad = Array("123A456B789C*0#D")

  /// A sound in which keys are pressed at their times, over what is said and behind it; what stands on no
  /// keypad is none.
  public static func press(_ keys: [CallerScript.KeyPress], in sound: WaveFile) -> WaveFile {
    let rate = Double(sound.rate.hertz)
    let count = sound.rate.sampleCount(nanoseconds: duration.wholeNanoseconds)
    var samples = sound.samples
    for key in keys {
      guard let place = keypad.firstIndex(of: key.digit) else { continue }
      let start = sound.rate.sampleCount(nanoseconds: key.at.wholeNanoseconds)
      // With as much silence behind it: a key is over when it is heard to have been let go.
      if samples.count < start + 2 * count {
        samples += [Int16](repeating: 0, count: start + 2 * count - samples.count)
      }
      for index in 0..<count {
        let time = Double(index) / rate
        let edge = min(time, Double(count) / rate - time, ramp) / ramp
        let wave =
          sin(2 * .pi * rows[place / 4] * time) + sin(2 * .pi * columns[place % 4] * time)
        let value = Double(samples[start + index]) + amplitude * edge * wave
        samples[start + index] = Int16(max(-32_768, min(32_767, value)))
      }
    }
    return WaveFile(rate: sound.rate, samples: samples)
  }
}
