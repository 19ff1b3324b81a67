import AudioEngine
import Telephony

/// 100 ms of the bot's speech to a media message: resampled, compressed, queued, found due, encoded
/// as base64 into the message, with Exotel's words around it.
@safe struct OutboundPath: ~Copyable {
  private var codec = ExotelCodec(options: ExotelStream.options)
  private var session: MediaSession
  private let output: OutgoingText
  private let speech: UnsafeBufferPointer<Int16>
  private let epoch: Epoch
  private var now = MonotonicTime.zero
  private(set) var mediaMessages = 0

  init(
    _ format: WireFormat, botRate: SampleRate, filter: Resampler.Filter,
    output: OutgoingText = OutgoingText()
  ) {
    self.output = output
    session = ExotelStream.session(format, botRate: botRate, filter: filter)
    let count = botRate.hertz * ExotelStream.milliseconds / 1_000
    unsafe speech = UnsafeBufferPointer(HotMemory.botSamples(count, isSaid: true))
    codec.streamStarted(StreamStart(streamSID: ExotelStream.streamSID), format: format)
    do {
      epoch = try session.beginUtterance(at: now)
    } catch {
      preconditionFailure("a new session takes speech: \(error)")
    }
  }

  mutating func step() {
    now = now + .milliseconds(ExotelStream.milliseconds)
    do {
      let samples = unsafe Span(_unsafeElements: speech)
      let taken = try session.write(samples, to: epoch, at: now)
      precondition(taken == samples.count, "the queue is full")
    } catch {
      preconditionFailure("the utterance is open: \(error)")
    }
    while let outbound = session.poll(at: now) {
      output.message.removeAll()
      switch outbound {
      case .media(let chunk):
        mediaMessages += 1
        codec.beginMedia(into: &output.message)
        session.appendBase64(of: chunk, to: &output.message)
        codec.endMedia(into: &output.message)
      case .mark(let name):
        codec.encodeMark(name, into: &output.message)
      case .clear:
        codec.encodeClear(into: &output.message)
      }
    }
  }
}
