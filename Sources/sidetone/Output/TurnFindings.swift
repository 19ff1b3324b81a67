import AudioEngine
import Foundation

/// Where the turns of a recording's speaker end, for people and for programs: as a call would have known it,
/// 20 ms at a time, with silence behind the recording's end.
struct TurnFindings: Encodable {
  struct Found: Encodable {
    let speechEndMs: Double
    let silenceMs: Double
  }

  let file: String
  private(set) var turns: [Found] = []
  /// Those that ended too soon, as the speaker went on.
  private(set) var resumed = 0
  /// The silence that ends a turn at the recording's end.
  private(set) var hangoverMs = 0.0

  init(
    in sound: WaveFile, of path: String, _ detector: any SpeechDetector
  ) throws(UsageError) {
    file = path
    let chunk = ChunkPolicy(minimumBytes: 320, maximumBytes: 3_200, multipleBytes: 320)
    let configuration = SessionConfiguration(
      wire: WireFormat(.linear16, sound.rate), botRate: sound.rate,
      playback: PlaybackPolicy(chunk: chunk))
    let policy = EndOfTurnPolicy()
    var session: MediaSession
    do {
      session = try MediaSession(configuration: configuration)
    } catch {
      throw UsageError("\(path): turns cannot be found in it")
    }
    session.detector = detector
    session.endOfTurn = policy
    let size = sound.rate.hertz / 50
    let silence = sound.rate.sampleCount(nanoseconds: policy.longest.wholeNanoseconds) + 2 * size
    let samples = sound.samples + [Int16](repeating: 0, count: silence)
    var now = MonotonicTime.zero
    for start in stride(from: 0, to: samples.count, by: size) {
      let piece = samples.span.extracting(start..<min(start + size, samples.count))
      var bytes = [UInt8](repeating: 0, count: 2 * piece.count)
      var room = bytes.mutableSpan
      var raw = unsafe room.mutableBytes
      Linear16.encode(piece, into: &raw)
      now = .zero + .nanoseconds(sound.rate.nanoseconds(sampleCount: start + piece.count))
      _ = unsafe session.receive(payload: bytes.span.bytes, at: now)
      while let event = session.nextEvent() {
        guard case .turnEnded(let end) = event else { continue }
        let speechEnd = end.speechEnd - .zero
        turns.append(
          Found(speechEndMs: speechEnd.inMilliseconds, silenceMs: end.silence.inMilliseconds))
      }
    }
    resumed = session.statistics.turnEnds.resumed
    hangoverMs = session.statistics.turnEnds.hangover.inMilliseconds
  }

  /// How many there are, then a line each.
  var lines: [String] {
    let head = turns.isEmpty ? "none" : "\(turns.count), \(resumed) too soon"
    return ["turns  \(head)"]
      + turns.map {
        String(format: "  %9.3f s  after %5.0f ms", $0.speechEndMs / 1_000, $0.silenceMs)
      }
  }
}
