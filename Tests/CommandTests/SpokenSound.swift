import AudioEngine
import Foundation

/// A voice to test with: espeak-ng's, from the golden vectors.
enum SpokenSound {
  static func file(at rate: SampleRate) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../TestVectors/signals/speech-\(rate.hertz).wav"
    ).standardizedFileURL
  }

  static func speech(at rate: SampleRate) throws -> WaveFile {
    try WaveFile(bytes: Data(contentsOf: file(at: rate)).span)
  }
}
