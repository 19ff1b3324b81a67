/// What goes into a call and what comes out, as it happens, in a ring of memory: a flight recorder.
///
/// All that the call's bytes depend on is in it: each message with its time, each word of the bot's, each
/// time it was asked what is due. So a trace from the call's beginning can be run again, and gives the same
/// messages. The caller's audio, of which no outgoing byte depends, is there by its length and its peak; the
/// bot's speech is there sample for sample; an outgoing message by its size and hash.
///
/// The memory grows with the call up to ``capacity``; then the oldest goes. Between growing nothing is
/// allocated, but for messages other than media. Not thread-safe: it belongs to its session.
public final class TraceRecorder {
  /// Bytes that are kept at most.
  public let capacity: Int
  /// Whether nothing has been dropped since the call began.
  public private(set) var isWhole = true
  /// How often something has gone wrong: the ear caught up with the bot, a message could not be read, or
  /// whoever carries the call has said so.
  public private(set) var troubles = 0

  /// What every trace begins with: who made it and how the call is carried.
  package var preamble = TraceBytes()
  /// How the media session was made, for a trace that has lost that.
  private var session: [UInt8] = []

  private var ring: AudioRing
  private var record = TraceBytes()
  private var head = TraceBytes()
  /// Whether something was dropped since all was taken.
  private var hasHole = false
  private var depth = 0
  private var time = MonotonicTime.zero

  /// What is noted inside of a step, to be written with it.
  package var chunk: TracedChunk?
  package var media: TracedMedia?
  /// Of the caller's newest message: bytes, and the largest sample.
  package var newestCount = 0
  package var newestPeak: UInt16 = 0

  /// What a ring of a minute needs at 8 kHz while the bot speaks all the time.
  public static let minute = 1 << 20

  /// Makes an empty recorder of at most `capacity` bytes, 64 KiB at the least.
  public init(capacity: Int = TraceRecorder.minute) {
    self.capacity = max(capacity, 64 << 10)
    ring = AudioRing(capacity: self.capacity)
  }

  /// Bytes that wait.
  package var waiting: Int { ring.count }

  /// Takes all that waits, to be written behind what was taken before; after ``preamble`` at first.
  package func takeAll() -> [UInt8] {
    defer {
      ring.removeAll()
      hasHole = false
    }
    return hasHole ? Self.lost + copy() : copy()
  }

  /// Notes that something went wrong in the call.
  public func note(trouble: String) {
    troubles += 1
    add(.trouble) { $0.append(trouble) }
  }

  /// All that is kept as a trace of its own.
  public var trace: [UInt8] {
    isWhole ? preamble.bytes + copy() : preamble.bytes + Self.lost + session + copy()
  }

  /// A record that says that records are missing here.
  public static let lost: [UInt8] = {
    var bytes = TraceBytes()
    bytes.append(UInt64(2))
    bytes.append(byte: TraceKind.lost.rawValue)
    bytes.append(0 as Int64)
    return bytes.bytes
  }()

  private func copy() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ring.count)
    ring.forEachPiece(in: ring.start..<ring.end) { bytes.append($0) }
    return bytes
  }

  /// Something that goes in. What it does in turn is not written, but ``leave()`` must follow.
  package func enter(
    _ kind: TraceKind, at now: MonotonicTime? = nil, _ write: (inout TraceBytes) -> Void = { _ in }
  ) {
    depth += 1
    if depth == 1 { add(kind, at: now, write) }
  }

  /// Speech that is written.
  func enter(samples: Span<Int16>, to epoch: Epoch?, at now: MonotonicTime) {
    depth += 1
    guard depth == 1 else { return }
    begin(.write, at: now)
    record.append(epoch?.number ?? 0)
    unsafe record.append(samples.bytes)
    end()
  }

  /// Something goes in of which it is not known yet what it is; ``add(_:at:_:)`` tells after ``leave()``.
  package func enter() { depth += 1 }

  /// The step is done.
  package func leave() { depth -= 1 }

  /// Writes a record, inside of a step or not.
  package func add(
    _ kind: TraceKind, at now: MonotonicTime? = nil, _ write: (inout TraceBytes) -> Void = { _ in }
  ) {
    begin(kind, at: now)
    write(&record)
    end()
  }

  /// Writes how the media session was made.
  package func add(_ configuration: SessionConfiguration) {
    begin(.session, at: nil)
    configuration.write(to: &record)
    var framed = TraceBytes()
    framed.append(record.bytes)
    session = framed.bytes
    end()
  }

  private func begin(_ kind: TraceKind, at now: MonotonicTime?) {
    time = now ?? time
    record.removeAll()
    record.append(byte: kind.rawValue)
    record.append(time.nanoseconds)
  }

  private func end() {
    head.removeAll()
    head.append(UInt64(record.bytes.count))
    let needed = head.bytes.count + record.bytes.count
    guard needed <= capacity else { return dropAll() }
    while ring.free < needed { dropOldest() }
    // References, for the spans' lifetimes.
    let (length, body) = (head.bytes, record.bytes)
    unsafe ring.append(length.span.bytes)
    unsafe ring.append(body.span.bytes)
  }

  private func dropAll() {
    isWhole = false
    hasHole = true
    ring.removeAll()
  }

  private func dropOldest() {
    isWhole = false
    hasHole = true
    var frame = InlineArray<10, UInt8>(repeating: 0)
    var span = frame.mutableSpan
    var raw = unsafe span.mutableBytes
    let known = min(ring.count, 10)
    ring.copy(ring.start..<(ring.start + known), into: &raw)
    var length = 0
    var size = 0
    repeat {
      length |= Int(frame[size] & 0x7F) << (7 * size)
      size += 1
    } while frame[size - 1] >= 0x80 && size < known
    ring.release(upTo: ring.start + size + length)
  }
}
