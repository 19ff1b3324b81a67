import AudioEngine

/// The caller's voice and the platform's own messages in a schedule, in the words of ``ModelCodec``.
struct ScheduledCaller {
  /// Messages that the bot's session took as audio.
  var taken = 0
  private(set) var bytesSent = 0
  private let setup: CallSchedule.Setup
  private let messageBytes: Int
  private var nextMessage = 0
  private var burst = 0
  private var again = false
  private var early: [Int: Int] = [:]
  private var missing: Set<Int> = []
  private var repeated: Set<Int> = []

  init(setup: CallSchedule.Setup, faults: [CallSchedule.Fault]) {
    self.setup = setup
    messageBytes = setup.wire.byteCount(nanoseconds: setup.platform.cadence.wholeNanoseconds)
    for fault in faults {
      switch fault {
      case .early(let message, let count): early[message] = count
      case .missing(let message): missing.insert(message)
      case .repeated(let message): repeated.insert(message)
      default: break
      }
    }
  }

  /// When the next message of the caller's voice is due.
  var nextDeadline: MonotonicTime? {
    guard setup.hasCaller else { return nil }
    if burst > 0 || again { return .zero }
    return .zero + .nanoseconds(setup.platform.cadence.wholeNanoseconds * Int64(nextMessage + 1))
  }

  mutating func take(at now: MonotonicTime) -> [UInt8]? {
    guard let due = nextDeadline, due <= now else { return nil }
    if again {
      again = false
      return media(nextMessage - 1)
    }
    let message = nextMessage
    nextMessage += 1
    burst = max(burst - 1, early[message] ?? 0)
    again = repeated.contains(message)
    guard !missing.contains(message) else { return take(at: now) }
    return media(message)
  }

  private mutating func media(_ message: Int) -> [UInt8] {
    bytesSent += messageBytes
    let samples = Noise.samples
    let noise = unsafe samples.span.bytes
    let start = message &* messageBytes & Noise.mask
    let piece = noise.extracting(start..<(start + messageBytes))
    var text = MessageBuffer(capacity: messageBytes * 3 / 2 + 200)
    text.append("{\"event\":\"media\",\"stream_sid\":\"s\",\"media\":{\"chunk\":\"")
    text.append(decimal: message + 1)
    text.append("\",\"timestamp\":\"")
    text.append(decimal: Int(setup.platform.cadence.wholeNanoseconds / 1_000_000) * message)
    text.append("\",\"payload\":\"")
    text.append(atMost: Base64.encodedCount(byteCount: messageBytes)) {
      Base64.encode(piece, into: &$0)
    }
    text.append("\"}}")
    return unsafe text.bytes.withUnsafeBytes { unsafe Array($0) }
  }

  static let start = Array(#"{"event":"start","stream_sid":"s","start":{"call_sid":"c"}}"#.utf8)

  func echo(_ name: String) -> [UInt8] {
    Array("{\"event\":\"mark\",\"stream_sid\":\"s\",\"mark\":{\"name\":\"\(name)\"}}".utf8)
  }

  static let stop = Array(
    #"{"event":"stop","stream_sid":"s","stop":{"call_sid":"c","reason":"callended"}}"#.utf8)

  /// What no platform should send; none of it may have an effect.
  static func nonsense(_ kind: Int) -> [UInt8] {
    let texts = [
      #"{"event":"mark","mark":{"name":"999999999999999999999"}}"#,
      #"{"event":"mark","mark":{"name":"123456"}}"#,
      #"{"event":"mark","mark":{}}"#,
      #"{"event":"media","media":{"payload":"AAA$"}}"#,
      #"{"event":"media","media":{"payload":""}}"#,
      #"{"event":"unheard-of"}"#,
      #"{"event":"start"#,
      "",
    ]
    return Array(texts[abs(kind) % texts.count].utf8)
  }
}
