public import AudioEngine

/// The platform's playout and the caller's ear, which know of every byte what it belongs to.
struct FarEnd {
  /// What travels from the bot to the platform.
  enum Arrival {
    case media(SpeechLedger.Piece, [UInt8])
    case mark(String)
    case clear
    case close
  }

  private struct Segment {
    let offset: Int
    let piece: SpeechLedger.Piece
  }

  private struct Heard {
    /// The caller has heard so much of the utterance, each byte counted once.
    var byteCount = 0
    /// The farthest place of the utterance that was heard.
    var reach = 0
  }

  private(set) var line: PlayoutLine
  private var segments: [Segment] = []
  private var oldest = 0
  private var heard: [Heard] = []
  /// Echoes that a clear has made due at once.
  private var promptEchoes: [String] = []

  init(format: WireFormat, model: PlayoutModel, origin: MonotonicTime) {
    line = PlayoutLine(format: format, origin: origin, marksAtClear: model.marksAtClear)
  }

  mutating func play(_ piece: SpeechLedger.Piece, _ payload: [UInt8], at now: MonotonicTime) {
    segments.append(Segment(offset: line.audio.count, piece: piece))
    line.append(payload, at: now)
  }

  mutating func clear(at now: MonotonicTime) {
    listen(at: now)
    promptEchoes += line.clear(at: now).echoes
    while let last = segments.last, last.offset >= line.audio.count { segments.removeLast() }
    oldest = min(oldest, max(segments.count - 1, 0))
  }

  mutating func mark(_ name: String, at now: MonotonicTime) {
    _ = line.mark(name, at: now)
  }

  /// The next echo that is due.
  mutating func echo(at now: MonotonicTime) -> String? {
    promptEchoes.isEmpty ? line.takeMark(at: now) : promptEchoes.removeFirst()
  }

  var nextDeadline: MonotonicTime? { promptEchoes.isEmpty ? line.nextMark : .zero }

  /// Whether the caller is still to hear something that has arrived.
  func isPlaying(at now: MonotonicTime) -> Bool { line.lead(at: now) > .zero }

  /// How much of the utterance the caller has heard.
  mutating func heardBytes(of utterance: Int, at now: MonotonicTime) -> Int {
    listen(at: now)
    return utterance < heard.count ? heard[utterance].byteCount : 0
  }

  /// Lets the ear catch up.
  private mutating func listen(at now: MonotonicTime) {
    let limit = line.audio.count - line.unheardBytes(at: now)
    while oldest < segments.count {
      let segment = segments[oldest]
      // What a clear has dropped was never heard: its place is taken by what came after it.
      let end =
        oldest + 1 < segments.count
        ? min(segments[oldest + 1].offset, segment.offset + segment.piece.byteCount)
        : segment.offset + segment.piece.byteCount
      let count = min(end, limit) - segment.offset
      if count > 0 { hear(segment.piece, count) }
      guard oldest + 1 < segments.count, segments[oldest + 1].offset <= limit else { return }
      oldest += 1
    }
  }

  private mutating func hear(_ piece: SpeechLedger.Piece, _ count: Int) {
    while heard.count <= piece.utterance { heard.append(Heard()) }
    let end = piece.start + count
    let fresh = end - max(piece.start, heard[piece.utterance].reach)
    guard fresh > 0 else { return }
    heard[piece.utterance].byteCount += fresh
    heard[piece.utterance].reach = end
  }
}

/// How a platform plays, as the schedules need it: what it takes, how it treats marks at a clear, and
/// how often it speaks. All play slices of 20 ms.
public struct PlayoutModel: Hashable, Sendable {
  /// The name, for traces.
  public var name: String
  /// What the engine is told about the platform.
  public var policy: PlaybackPolicy
  /// How much audio one message of the caller's carries.
  public var cadence: Duration
  /// What becomes of marks whose audio a clear has dropped.
  public var marksAtClear: PlayoutLine.MarksAtClear

  /// Describes how a platform plays.
  public init(
    name: String, policy: PlaybackPolicy, cadence: Duration, marksAtClear: PlayoutLine.MarksAtClear
  ) {
    self.name = name
    self.policy = policy
    self.cadence = cadence
    self.marksAtClear = marksAtClear
  }
}
