import AudioEngine
import Telephony

/// What one message costs this processor, in milliseconds: the fastest of many rounds, hot.
struct MessageCost {
  /// From a message's text to the bot's samples.
  let toBot: Double
  /// From the bot's samples to a message's text.
  let toWire: Double

  private static let rounds = 40
  private static let messages = 50

  /// Measures messages of `plan`'s stream.
  init(_ plan: StreamPlan) {
    guard
      let entry = PlatformRegistry.standard.entries.first(where: {
        $0.platform.name == plan.platform
      })
    else { preconditionFailure("no platform is called \(plan.platform)") }
    toBot = Self.fastest { Self.hear(plan, entry) }
    toWire = Self.fastest { Self.speak(plan, entry) }
  }

  private static func fastest(_ round: () -> Duration) -> Double {
    (0..<rounds).map { _ in round().inMilliseconds / Double(messages) }.min() ?? .nan
  }

  private static func hear(_ plan: StreamPlan, _ entry: PlatformRegistry.Entry) -> Duration {
    guard var end = entry.makeEnd?() else { preconditionFailure("no end for \(plan.platform)") }
    let codec = entry.makeCodec()
    var session = plan.session(botRate: plan.botRate)
    let count = plan.wire.rate.sampleCount(nanoseconds: plan.cadence.wholeNanoseconds)
    let payload = Inputs.wire(Inputs.speech(count), plan.wire)
    let start = end.adopting(StreamStart())
    var text = MessageBuffer()
    end.encodeStart(start, format: plan.wire, into: &text)
    let texts = (0..<messages).map { number in
      var message = MessageBuffer()
      end.beginMedia(at: plan.cadence * number, into: &message)
      message.append(atMost: Base64.encodedCount(byteCount: payload.count)) { span in
        unsafe Base64.encode(payload.span.bytes, into: &span)
      }
      end.endMedia(into: &message)
      return unsafe message.bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }
    var samples = [Int16](repeating: 0, count: plan.botRate.hertz)
    var heard = 0
    let before = ContinuousClock.now
    for (number, bytes) in texts.enumerated() {
      let message = unsafe bytes.span.bytes
      guard case .media(let media) = codec.decode(message) else {
        preconditionFailure("the platform's own message is media")
      }
      _ = session.receive(
        message.extracting(media.payload),
        at: MonotonicTime(nanoseconds: Int64(number) * plan.cadence.wholeNanoseconds))
      var span = samples.mutableSpan
      heard += session.read(into: &span)
    }
    let taken = ContinuousClock.now - before
    precondition(heard > 0, "no samples came")
    return taken
  }

  private static func speak(_ plan: StreamPlan, _ entry: PlatformRegistry.Entry) -> Duration {
    guard let end = entry.makeEnd?() else { preconditionFailure("no end for \(plan.platform)") }
    var codec = entry.makeCodec()
    codec.streamStarted(end.adopting(StreamStart()), format: plan.wire)
    var session = plan.session(botRate: plan.botRate)
    let chunk = Duration.nanoseconds(
      plan.wire.nanoseconds(byteCount: plan.playback.chunk.preferredBytes))
    let speech = Inputs.speech(plan.botRate.sampleCount(nanoseconds: chunk.wholeNanoseconds))
    guard let epoch = try? session.beginUtterance(at: .zero) else {
      preconditionFailure("a new session takes speech")
    }
    var text = MessageBuffer()
    var sent = 0
    let before = ContinuousClock.now
    for number in 0..<messages {
      let now = MonotonicTime.zero + chunk * number
      _ = try? session.write(speech.span, to: epoch, at: now)
      while let outbound = session.poll(at: now) {
        guard case .media(let chunk) = outbound else { continue }
        text.removeAll()
        codec.beginMedia(into: &text)
        session.appendBase64(of: chunk, to: &text)
        codec.endMedia(into: &text)
        sent += 1
      }
    }
    let taken = ContinuousClock.now - before
    precondition(sent > messages / 2, "messages are missing")
    return taken
  }
}
