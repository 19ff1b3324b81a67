import AudioEngine
import Telephony
import Testing

/// A proxy's session between a bot, which the test plays, and a platform that plays what it is sent in real
/// time, echoes marks when their audio has been played, and forgets both at a clear. All by its own words and
/// arithmetic.
final class ProxyTrial {
  /// What the bot was told, in order.
  enum Told: Equatable {
    case greeting
    case start(String)
    case mark(String)
    case cleared
    case key(String)
    case stop
    case other(String)
  }

  var media: MediaSession
  var proxy: ProxySession
  private(set) var now = MonotonicTime.zero
  private(set) var told: [Told] = []
  /// The caller's samples as the bot got them, and the sizes of its messages.
  private(set) var heardByBot: [Int16] = []
  private(set) var sizes: Set<Int> = []
  private(set) var timestamps: [Int] = []
  /// Every sample that reached the platform, without the padding of tails.
  private(set) var arrived: [Int16] = []
  /// How many of them had arrived at each clear.
  private(set) var clears: [Int] = []
  private var line: [(end: Int64, mark: String?)] = []
  private var lineEnd: Int64 = 0
  /// Whether the bot reads.
  var isRead = true
  private let wire: WireFormat

  init(
    _ platform: WireFormat, dialect: Platform, queue: Duration = .seconds(60),
    options: ProxyOptions = ProxyOptions()
  ) throws {
    wire = platform
    let end = try #require(PlatformRegistry.standard.entry(for: dialect)?.makeEnd?())
    let slice = platform.byteCount(nanoseconds: 20_000_000)
    let chunk = ChunkPolicy(
      minimumBytes: 5 * slice, maximumBytes: 50 * slice, multipleBytes: slice)
    let needed = end.wireFormat(nearest: platform).rate
    media = try MediaSession(
      configuration: SessionConfiguration(
        wire: platform, botRate: needed, playback: PlaybackPolicy(chunk: chunk),
        outboundCapacity: queue))
    proxy = try ProxySession(end, media: media, options: options)
  }

  func begin() {
    proxy.begin(StreamStart(streamSID: "s", callSID: "c", from: "+91", to: "080"), media: &media)
    settle()
  }

  /// Time passes, in steps of a millisecond.
  func wait(_ milliseconds: Int) {
    for _ in 0..<milliseconds {
      now = now + .milliseconds(1)
      while let first = line.first, first.end <= now.nanoseconds {
        line.removeFirst()
        if let mark = first.mark { media.receiveMarkEcho(mark, at: now) }
      }
      proxy.advance(&media, at: now)
      settle()
    }
  }

  /// The bot sends a message.
  func send(_ text: String) -> ProxySession.Action {
    let bytes = Array(text.utf8)
    let action = unsafe proxy.receive(bytes.span.bytes, media: &media, at: now)
    settle()
    return action
  }

  /// The caller speaks.
  func speak(_ samples: [Int16]) {
    var bytes = [UInt8](repeating: 0, count: samples.count * wire.encoding.bytesPerSample)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    if wire.encoding == .linear16 {
      Linear16.encode(samples.span, into: &raw)
    } else {
      G711.mulawEncode(samples.span, into: &raw)
    }
    _ = unsafe media.receive(payload: bytes.span.bytes, at: now)
    settle()
  }

  func settle() {
    events()
    while let outbound = media.poll(at: now) {
      take(outbound)
      events()
    }
    events()
    var buffer = MessageBuffer()
    while isRead, let output = proxy.poll(&media, at: now, into: &buffer) {
      guard output == .text else {
        told.append(.other("close"))
        continue
      }
      hear(unsafe buffer.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) })
    }
  }

  private func events() {
    while let event = media.nextEvent() { proxy.note(event, media: media, at: now) }
  }

  private func take(_ outbound: Outbound) {
    switch outbound {
    case .clear:
      clears.append(arrived.count)
      line.removeAll()
      lineEnd = now.nanoseconds
    case .mark(let name):
      line.append((max(lineEnd, now.nanoseconds), name))
    case .media(let chunk):
      var buffer = MessageBuffer()
      media.appendPayload(of: chunk, to: &buffer)
      let count = chunk.byteCount - chunk.paddingByteCount
      let size = wire.encoding.bytesPerSample
      var samples = [Int16](repeating: 0, count: count / size)
      var span = samples.mutableSpan
      let bytes = buffer.bytes.extracting(first: count)
      if size == 2 { Linear16.decode(bytes, into: &span) }
      if size == 1 { G711.mulawDecode(bytes, into: &span) }
      arrived += samples
      lineEnd =
        max(lineEnd, now.nanoseconds) + wire.nanoseconds(byteCount: chunk.byteCount)
      line.append((lineEnd, nil))
    }
  }

  private func hear(_ text: String) {
    switch Self.member("event", of: text) {
    case "connected": told.append(.greeting)
    case "start": told.append(.start(text))
    case "media":
      let payload = Self.member("payload", of: text) ?? ""
      var bytes = [UInt8](repeating: 0, count: payload.utf8.count)
      var span = bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      let text64 = Array(payload.utf8)
      let count = (try? unsafe Base64.decode(text64.span.bytes, into: &raw)) ?? -1
      sizes.insert(count)
      timestamps.append(Self.member("timestamp", of: text).flatMap { Int($0) } ?? -1)
      let size = proxy.format.encoding.bytesPerSample
      var samples = [Int16](repeating: 0, count: max(count, 0) / size)
      var out = samples.mutableSpan
      let source = unsafe bytes.span.bytes.extracting(first: max(count, 0))
      if size == 2 { Linear16.decode(source, into: &out) }
      if size == 1 { G711.mulawDecode(source, into: &out) }
      heardByBot += samples
    case "mark", "playedStream": told.append(.mark(Self.member("name", of: text) ?? "?"))
    case "clearedAudio": told.append(.cleared)
    case "dtmf": told.append(.key(Self.member("digit", of: text) ?? "?"))
    case "stop": told.append(.stop)
    default: told.append(.other(text))
    }
  }

  /// The string of the first member of that name.
  static func member(_ name: String, of text: String) -> String? {
    text.firstRange(of: "\"\(name)\":\"").map {
      String(text[$0.upperBound...].prefix { $0 != "\"" })
    }
  }

  /// Whether everything that was said has been heard.
  var isDrained: Bool { media.isDrained }
  var queued: Duration { media.queuedDuration }
  var sent: SessionStatistics.Outbound { media.statistics.outbound }
  var readable: Int { media.readableCount }
  var counts: ProxyCounts { proxy.counts }
  var faults: [BotFault: Int] { proxy.faults }

  /// The marks that the bot was told of.
  var marksTold: [String] {
    told.compactMap { if case .mark(let name) = $0 { name } else { nil } }
  }

  /// The bot's message with audio.
  static func media(_ samples: [Int16], _ dialect: Platform, _ encoding: AudioEncoding) -> String {
    var bytes = [UInt8](repeating: 0, count: samples.count * encoding.bytesPerSample)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    if encoding == .linear16 {
      Linear16.encode(samples.span, into: &raw)
    } else {
      G711.mulawEncode(samples.span, into: &raw)
    }
    return media(bytes: bytes, dialect)
  }

  static func media(bytes: [UInt8], _ dialect: Platform) -> String {
    var text = [UInt8](repeating: 0, count: Base64.encodedCount(byteCount: bytes.count))
    var span = text.mutableSpan
    var raw = unsafe span.mutableBytes
    _ = unsafe Base64.encode(bytes.span.bytes, into: &raw)
    let payload = String(decoding: text, as: UTF8.self)
    let event = dialect == .plivo ? "playAudio" : "media"
    return "{\"event\":\"\(event)\",\"media\":{\"payload\":\"\(payload)\"}}"
  }

  static func mark(_ name: String, _ dialect: Platform) -> String {
    dialect == .plivo
      ? "{\"event\":\"checkpoint\",\"name\":\"\(name)\"}"
      : "{\"event\":\"mark\",\"mark\":{\"name\":\"\(name)\"}}"
  }

  static func clear(_ dialect: Platform) -> String {
    "{\"event\":\"\(dialect == .plivo ? "clearAudio" : "clear")\"}"
  }
}
