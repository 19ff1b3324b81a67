import AudioEngine
import Foundation
import Telephony

/// One media message of the caller's to samples at the bot's rate: scanned, decoded into the
/// session's ring, expanded, resampled and read.
@safe struct InboundPath: ~Copyable {
  private let codec = ExotelCodec()
  private var session: MediaSession
  private let message: CountingMessage
  private let frame: UnsafeMutableBufferPointer<Int16>
  private var now = MonotonicTime.zero
  private let isTimed: Bool
  private(set) var samplesRead = 0

  init(_ format: WireFormat, botRate: SampleRate, filter: Resampler.Filter) {
    self.init(
      format, botRate: botRate, filter: filter, payload: ExotelStream.payload(format),
      isTimed: true)
  }

  /// Takes any payload; one longer than the stream's step is numbered and not timed.
  init(
    _ format: WireFormat, botRate: SampleRate, filter: Resampler.Filter, payload: Data,
    isTimed: Bool
  ) {
    self.init(
      format, botRate: botRate, filter: filter, message: CountingMessage(exotel: payload),
      byteCount: payload.count, isTimed: isTimed)
  }

  /// Several streams may share a message, which whoever drives them then counts up.
  init(
    _ format: WireFormat, botRate: SampleRate, filter: Resampler.Filter = .standard,
    message: CountingMessage, byteCount: Int, isTimed: Bool = true
  ) {
    session = ExotelStream.session(format, botRate: botRate, filter: filter)
    self.message = message
    self.isTimed = isTimed
    let count =
      byteCount / format.encoding.bytesPerSample * botRate.hertz / format.rate.hertz
    unsafe frame = HotMemory.botSamples(count, isSaid: false)
  }

  mutating func step() {
    message.step()
    take()
  }

  /// Takes the message as it stands.
  mutating func take() {
    now = now + .milliseconds(ExotelStream.milliseconds)
    let text = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(message.text))
    guard case .media(let media) = codec.decode(text) else {
      preconditionFailure("the message is media")
    }
    let timing = MediaTiming(
      chunk: media.chunk,
      timestampMilliseconds: isTimed ? media.timestampMilliseconds : nil)
    let result = session.receive(text.extracting(media.payload), timing: timing, at: now)
    precondition(result == .taken, "\(result)")
    var span = unsafe MutableSpan(_unsafeElements: frame)
    samplesRead += session.read(into: &span)
  }
}
