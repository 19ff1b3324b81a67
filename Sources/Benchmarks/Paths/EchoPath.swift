import AudioEngine
import Telephony

/// A whole call's work for one message both ways: text in, samples to the bot, the same samples back,
/// text out.
@safe struct EchoPath: ~Copyable {
  private var call: CallSession
  private let message: CountingMessage
  private let output: OutgoingText
  private let frame: UnsafeMutableBufferPointer<Int16>
  private var now = MonotonicTime.zero
  private(set) var messagesSent = 0

  init(_ format: WireFormat, botRate: SampleRate) {
    self.init(
      format, botRate: botRate, message: CountingMessage(exotel: ExotelStream.payload(format)))
  }

  /// Several calls may share a message, which whoever drives them then counts up, and what they send from.
  init(
    _ format: WireFormat, botRate: SampleRate, message: CountingMessage,
    output: OutgoingText = OutgoingText()
  ) {
    self.output = output
    let configuration = CallConfiguration(
      platforms: PlatformRegistry([.exotel(ExotelStream.options)]), botRate: botRate)
    call = CallSession(path: "/exotel", configuration: configuration, at: now)
    self.message = message
    let count = botRate.hertz * ExotelStream.milliseconds / 1_000
    unsafe frame = HotMemory.botSamples(count, isSaid: false)
    let start = Array(ExotelStream.start(format).utf8)
    guard case .started = call.receive(text: unsafe start.span.bytes, at: now) else {
      preconditionFailure("the stream starts")
    }
  }

  mutating func step() {
    message.step()
    take()
  }

  /// Takes the message as it stands.
  mutating func take() {
    now = now + .milliseconds(ExotelStream.milliseconds)
    let text = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(message.text))
    guard case .audio = call.receive(text: text, at: now) else {
      preconditionFailure("the message is audio")
    }
    var span = unsafe MutableSpan(_unsafeElements: frame)
    let count = call.media?.read(into: &span) ?? 0
    do {
      let speech = unsafe Span(_unsafeElements: UnsafeBufferPointer(frame))
      _ = try call.media?.write(speech.extracting(first: count), at: now)
    } catch {
      preconditionFailure("the call takes speech: \(error)")
    }
    while let result = call.poll(at: now, into: &output.message) {
      precondition(result == .text, "the call goes on")
      messagesSent += 1
    }
  }

  /// Looks whether something is due, a millisecond later, when nothing is.
  mutating func look() {
    now = now + .milliseconds(1)
    precondition(call.poll(at: now, into: &output.message) == nil, "nothing is due")
    BlackHole.take(call.nextDeadline(at: now))
  }
}
