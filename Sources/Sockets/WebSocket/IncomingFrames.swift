import AudioEngine

/// Frames as they come in: where in a frame and in a message the socket is.
struct IncomingFrames: ~Copyable {
  /// The frame whose payload is coming.
  struct Frame {
    let head: FrameHead
    /// How much of the payload has come.
    var taken = 0

    var left: Int { head.byteCount - taken }
  }

  /// Messages up to this size leave their buffer to the next one.
  private static let keptSize = 32_768

  var heads: FrameHeadReader
  var frame: Frame?
  /// The kind of the message whose frames are coming; nil between messages.
  private(set) var message: Opcode?
  /// What a control frame has brought so far.
  var control: [UInt8] = []
  /// The pieces of a message that did not arrive in one read; kept for the next one if it is small.
  private var pieces: MessageBuffer?
  private var hasPieces = false

  init(isServer: Bool) { heads = FrameHeadReader(isServer: isServer) }

  /// Bytes of the message so far.
  private(set) var collected = 0
  /// Whether a part of the message waits for the rest.
  var isAssembling: Bool { hasPieces }

  /// A data frame begins: of the message that goes on, or of a new one.
  mutating func begin(_ head: FrameHead) throws(FrameFault) {
    if head.opcode == .continuation {
      guard message != nil else { throw FrameFault("a continuation of nothing") }
    } else {
      guard message == nil else { throw FrameFault("a new message inside another") }
      message = head.opcode
    }
  }

  /// A part of a message that goes on.
  mutating func append(_ piece: UnsafeRawBufferPointer, of expected: Int) {
    // A stranger's announcement alone reserves no more than this.
    var buffer = pieces.take() ?? MessageBuffer(capacity: min(max(expected, 1), Self.keptSize))
    if !hasPieces { buffer.removeAll() }
    unsafe buffer.append(contentsOf: RawSpan(_unsafeBytes: piece))
    hasPieces = true
    collected = buffer.count
    pieces = consume buffer
  }

  /// The message is whole: what was collected is handed over, and given back by ``keep(_:)``.
  mutating func takeMessage() -> MessageBuffer {
    message = nil
    hasPieces = false
    collected = 0
    return pieces.take() ?? MessageBuffer(capacity: 1)
  }

  /// The message is whole and was never collected.
  mutating func endMessage() { message = nil }

  /// Takes a buffer back.
  mutating func keep(_ buffer: inout MessageBuffer) {
    guard buffer.count <= Self.keptSize else { return }
    var kept = MessageBuffer(capacity: 1)
    swap(&kept, &buffer)
    pieces = consume kept
  }

  /// Nobody will hear the rest.
  mutating func dropMessage() {
    hasPieces = false
    collected = 0
    pieces = nil
  }
}
