import SeededRandom
import Testing

@testable import AudioEngine

/// Drives a session as an event loop would, under a virtual clock, and keeps what left it.
struct SessionDriver: ~Copyable {
  var session: MediaSession
  var platform: FakePlatform
  var now: Int64 = 1_000_000_000
  private(set) var chunks: [(chunk: LegalChunk, payload: [UInt8], at: Int64)] = []
  private(set) var events: [SessionEvent] = []
  private(set) var clears: [Int64] = []
  private(set) var marks: [String] = []
  /// The utterance that ``begin(_:)`` began last.
  private(set) var epoch = Epoch(number: 0)

  static let exotel = ChunkPolicy(
    minimumBytes: 3_200, maximumBytes: 100_000, multipleBytes: 320)

  init(
    wire: WireFormat = WireFormat(.linear16, .hz8000), botRate: SampleRate = .hz8000,
    chunk: ChunkPolicy = Self.exotel,
    _ change: (inout SessionConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = SessionConfiguration(
      wire: wire, botRate: botRate, playback: PlaybackPolicy(chunk: chunk))
    change(&configuration)
    session = try MediaSession(configuration: configuration)
    platform = FakePlatform(wire: wire)
  }

  var time: MonotonicTime { MonotonicTime(nanoseconds: now) }

  /// Lets `duration` pass, waking the session only when it asked for it.
  mutating func run(_ duration: Duration, stalled: Bool = false) {
    let end = now + duration.wholeNanoseconds
    if stalled { now = end }
    settle()
    while now < end {
      var next = end
      if let deadline = session.nextDeadline(at: time) {
        next = min(next, max(deadline.nanoseconds, now))
        if deadline.nanoseconds <= now {
          Issue.record("the session wants to be called at once and then does nothing")
          return
        }
      }
      if let echo = platform.echoes.map(\.at).min() { next = min(next, max(echo, now)) }
      now = next
      settle()
    }
  }

  /// Begins an utterance and remembers its epoch.
  mutating func begin(_ options: UtteranceOptions = UtteranceOptions()) throws {
    epoch = try session.beginUtterance(options, at: time)
  }

  /// Does what is due now.
  mutating func settle() {
    for name in platform.echoesDue(at: now) { session.receiveMarkEcho(name, at: time) }
    var message = MessageBuffer()
    while let outbound = session.poll(at: time) {
      switch outbound {
      case .clear:
        clears.append(now)
        platform.clear(sentAt: now)
      case .mark(let name):
        marks.append(name)
        platform.receive(mark: name, sentAt: now)
      case .media(let chunk):
        message.removeAll()
        session.appendBase64(of: chunk, to: &message)
        var payload = [UInt8](repeating: 0, count: message.count)
        var span = payload.mutableSpan
        var bytes = unsafe span.mutableBytes
        let count = (try? Base64.decode(message.bytes, into: &bytes)) ?? -1
        #expect(count == chunk.byteCount)
        payload.removeLast(payload.count - max(count, 0))
        chunks.append((chunk, payload, now))
        platform.receive(chunk, sentAt: now)
      }
    }
    while let event = session.nextEvent() { events.append(event) }
  }

  /// Drops what a long run would pile up.
  mutating func forgetChunks() {
    chunks.removeAll()
    marks.removeAll()
    platform.forget(before: now)
  }

  /// Everything sent, padding included.
  var sent: [UInt8] { chunks.flatMap(\.payload) }

  static func bytes(_ samples: [Int16]) -> [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  static func noise(_ count: Int, seed: UInt64 = 1) -> [Int16] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in Int16.random(in: .min ... .max, using: &random) }
  }
}
