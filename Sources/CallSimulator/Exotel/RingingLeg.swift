import AudioEngine
import Foundation

/// What a one-way stream carries of somebody whose telephone rings beside the one that was answered: India's
/// ringing tone, 400 Hz for 0.4 s, 0.2 s of silence, 400 Hz for 0.4 s, 2 s of silence (ITU-T E.180,
/// supplement 2). Nothing in a message says whose audio it holds.
struct RingingLeg: Sendable {
  let format: WireFormat
  /// From 1; each rings a little later than the one before.
  let number: Int

  /// A message's worth of the tone, which begins so many bytes after the stream's start.
  func audio(at offset: Int, count: Int) -> [UInt8] {
    let rate = format.rate.hertz
    let bytes = format.encoding.bytesPerSample
    let samples = (offset / bytes..<(offset + count) / bytes).map { place -> Int16 in
      let cycle = (place + 3 * rate - number * 7 * rate / 10 % (3 * rate)) % (3 * rate)
      let tenths = cycle * 10 / rate
      guard tenths < 4 || (6..<10).contains(tenths) else { return 0 }
      return Int16(2_300 * sin(2 * .pi * 400 * Double(cycle) / Double(rate)))
    }
    return CallerScript.bytes(of: samples, as: format.encoding)
  }
}
