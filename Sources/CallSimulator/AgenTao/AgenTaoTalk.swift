import AudioEngine

/// One track of the parties' audio on its way to the client: what is due, in which pieces.
struct AgenTaoTalk {
  /// More messages than this at once are never sent: a server that was held up spreads them.
  static let mostMessages = 512

  private let voices: [AgenTaoServer.Voice]
  private let rate: SampleRate
  private let start: MonotonicTime
  private let chunks: [Int]
  private var taken = 0
  /// The bytes sent so far.
  private(set) var sent = 0
  private var rest: [UInt8] = []

  /// A track on which `voices` talk, mixed where they are several, in messages of `chunks` bytes in
  /// turn (empty for 20 ms each), cut at whole samples where the wire takes `evenOnly`.
  init(
    _ voices: [AgenTaoServer.Voice], rate: SampleRate, start: MonotonicTime, chunks: [Int],
    evenOnly: Bool
  ) {
    self.voices = voices
    self.rate = rate
    self.start = start
    let wanted = chunks.filter { (1...65_000).contains($0) }
    let even = evenOnly ? wanted.map { $0 + $0 % 2 } : wanted
    self.chunks = even.isEmpty ? [rate.sampleCount(nanoseconds: 20_000_000) * 2] : even
  }

  /// The messages that are due: each with the index of its first sample.
  mutating func take(at now: MonotonicTime) -> [(firstSample: Int, bytes: [UInt8])] {
    let due = rate.sampleCount(nanoseconds: (now - start).wholeNanoseconds) * 2
    var messages: [(Int, [UInt8])] = []
    while messages.count < Self.mostMessages {
      let size = chunks[taken % chunks.count]
      guard sent + size <= due else { break }
      while rest.count < size { rest += samples(from: (sent + rest.count) / 2, (size + 1) / 2) }
      messages.append((sent / 2, Array(rest.prefix(size))))
      rest.removeFirst(size)
      sent += size
      taken += 1
    }
    return messages
  }

  private func samples(from first: Int, _ count: Int) -> [UInt8] {
    let range = first..<(first + count)
    guard voices.count != 1 else { return voices[0].bytes(range, rate: rate) }
    let mixed = range.map { index in
      Int16(clamping: voices.reduce(0) { $0 + Int($1.sample(at: index, rate: rate)) })
    }
    return AgenTaoServer.Voice.samples(mixed).bytes(0..<count, rate: rate)
  }
}
