public import AudioEngine

/// A stretch of caller audio: mono 16-bit samples.
public struct AudioFrame: Hashable, Sendable {
  /// The samples, in order; at least one.
  public let samples: [Int16]
  /// Their rate.
  public let rate: SampleRate

  /// Makes a frame.
  public init(samples: [Int16], rate: SampleRate) {
    self.samples = samples
    self.rate = rate
  }

  /// How long the frame lasts.
  public var duration: Duration { .nanoseconds(rate.nanoseconds(sampleCount: samples.count)) }
}

/// The caller's audio as an asynchronous sequence that ends with the call.
///
/// A bot that reads slower than the caller speaks loses the oldest audio, which
/// ``MediaCall/statistics`` counts. Where several tasks read, each frame goes to one of them.
public struct CallAudio<Source: MediaCall>: AsyncSequence, Sendable {
  let call: Source
  let frameDuration: Duration?
  /// The call's own where nil.
  let rate: SampleRate?

  /// Begins to read.
  public func makeAsyncIterator() -> Iterator {
    let count = rate.flatMap { rate in
      frameDuration.map { Swift.max(rate.sampleCount(nanoseconds: $0.wholeNanoseconds), 1) }
    }
    return Iterator(call: call, sampleCount: count, rate: rate)
  }

  /// Reads frame after frame.
  public struct Iterator: AsyncIteratorProtocol {
    let call: Source
    let sampleCount: Int?
    let rate: SampleRate?
    /// Makes frames of another rate than the call's, once it is known that they have one.
    private var converter: FrameConverter?

    init(call: Source, sampleCount: Int?, rate: SampleRate?) {
      self.call = call
      self.sampleCount = sampleCount
      self.rate = rate
    }

    /// The next frame, nil when the call is over and everything has been read, or when the task is
    /// cancelled.
    public mutating func next() async -> AudioFrame? { await next(isolation: nil) }

    /// The next frame, as ``next()`` gives it.
    @_specialize(where Source == Call)
    public mutating func next(isolation actor: isolated (any Actor)?) async -> AudioFrame? {
      if let converter { return await next(from: converter) }
      guard let frame = await call.nextFrame(sampleCount, at: rate) else { return nil }
      guard let rate, rate != frame.rate else { return frame }
      guard let converter = FrameConverter(from: frame.rate, to: rate, sampleCount) else {
        return nil
      }
      converter.add(frame)
      self.converter = converter
      return await next(from: converter)
    }

    private func next(from converter: FrameConverter) async -> AudioFrame? {
      while true {
        if let frame = converter.next() { return frame }
        guard let frame = await call.nextFrame(nil, at: converter.from) else {
          return converter.isEnded ? nil : converter.end()
        }
        converter.add(frame)
      }
    }
  }
}

/// Resamples a call's audio for one reader and cuts it into frames.
private final class FrameConverter {
  private let converter: SpeechConverter
  private let sampleCount: Int?
  private var waiting: [Int16] = []
  private(set) var isEnded = false

  init?(from: SampleRate, to: SampleRate, _ sampleCount: Int?) {
    guard let converter = try? SpeechConverter(from: from, to: to, epoch: nil) else { return nil }
    self.converter = converter
    self.sampleCount = sampleCount
  }

  var from: SampleRate { converter.from }

  func add(_ frame: AudioFrame) {
    waiting += converter.convert(frame.samples, frame.samples.indices)
  }

  /// A whole frame, if there is one.
  func next() -> AudioFrame? {
    let count = sampleCount ?? waiting.count
    guard count > 0, waiting.count >= count else { return nil }
    let frame = AudioFrame(samples: Array(waiting.prefix(count)), rate: converter.to)
    waiting.removeFirst(count)
    return frame
  }

  /// The call is over: a frame of what was still due, if it fills one.
  func end() -> AudioFrame? {
    isEnded = true
    waiting += converter.flush()
    return next()
  }
}

/// What a reader of audio finds.
private enum FrameStep {
  case frame(AudioFrame)
  /// The call is over, or the task is cancelled.
  case end
  /// Nothing yet.
  case wait
  /// The task is not the bot's own: it waits in another way.
  case otherTask
}

extension MediaCall {
  /// The next frame: `count` samples where the call's rate is `rate`, else all there are; nil at the end of
  /// the call or when the task is cancelled.
  ///
  /// A bot that runs on the call's loop is not sent there, which would cost three switches of its task a frame.
  nonisolated func nextFrame(_ count: Int?, at rate: SampleRate?) async -> AudioFrame? {
    while loop.isCurrent {
      switch inside({ $0.frameStep($1.count, at: $1.rate) }, (count: count, rate: rate)) {
      case .frame(let frame): return frame
      case .end: return nil
      case .otherTask: return await nextFrameInside(count, at: rate)
      case .wait: break
      }
      unsafe await withUnsafeContinuation { continuation in
        // It may have been suspended on its way here.
        guard loop.isCurrent else { return unsafe continuation.resume() }
        unsafe inside(
          { unsafe $0.addReader($1.continuation, $1.count, at: $1.rate) },
          (continuation: continuation, count: count, rate: rate))
      }
    }
    return await nextFrameInside(count, at: rate)
  }

  /// The same inside the call, for any task.
  private func nextFrameInside(_ count: Int?, at rate: SampleRate?) async -> AudioFrame? {
    while !Task.isCancelled {
      if let frame = readFrame(count, at: rate) { return frame }
      guard !isOver else { return nil }
      if isBotsTask {
        await waitForFrame(count, at: rate)
      } else {
        await withTaskCancellationHandler {
          await waitForFrame(count, at: rate)
        } onCancel: {
          wakeReaders()
        }
      }
    }
    return nil
  }

  private func frameStep(_ count: Int?, at rate: SampleRate?) -> FrameStep {
    if Task.isCancelled { return .end }
    if let frame = readFrame(count, at: rate) { return .frame(frame) }
    if isOver { return .end }
    return isBotsTask ? .wait : .otherTask
  }

  /// Whether the task is one whose cancellation wakes the readers by itself.
  private var isBotsTask: Bool {
    voice.watchedTask.map { $0 == currentTaskIdentity() } ?? false
  }

  private func waitForFrame(_ count: Int?, at rate: SampleRate?) async {
    unsafe await withUnsafeContinuation { unsafe addReader($0, count, at: rate) }
  }

  /// Has a reader wait, unless there is something for it by now.
  private func addReader(
    _ continuation: UnsafeContinuation<Void, Never>, _ count: Int?, at rate: SampleRate?
  ) {
    if Task.isCancelled || isOver || hasFrame(count, at: rate) {
      unsafe continuation.resume()
    } else {
      unsafe voice.addReader(continuation)
    }
  }

  /// Has those who wait for audio look again, soon. Any thread.
  nonisolated func wakeReaders() {
    loop.perform { [weak self] in self?.assumeIsolated { $0.voice.wakeReaders() } }
  }

  private func hasFrame(_ count: Int?, at rate: SampleRate?) -> Bool {
    withMedia { $0.readableCount >= $0.frameCount(count, at: rate) ?? 1 } ?? false
  }

  private func readFrame(_ count: Int?, at rate: SampleRate?) -> AudioFrame? {
    withMedia { media in
      let readable = media.readableCount
      let exact = media.frameCount(count, at: rate)
      guard readable >= exact ?? 1 else { return nil }
      let rate = media.configuration.botRate
      let wanted = exact ?? min(readable, rate.hertz)
      // Not uninitialised, nor `repeating:`: Swift 6.3 allocates those by generic code, 480 instructions of it.
      var samples = [Int16](repeatElement(0, count: wanted))
      var span = samples.mutableSpan
      _ = media.read(into: &span)
      return AudioFrame(samples: samples, rate: rate)
    } ?? nil
  }
}

/// Which task runs, among those that are alive. Outside of tasks nil.
func currentTaskIdentity() -> UInt? {
  // The value is a reference and nothing else.
  unsafe withUnsafeCurrentTask { task in
    unsafe task.map { unsafe withUnsafeBytes(of: $0) { unsafe $0.loadUnaligned(as: UInt.self) } }
  }
}

extension MediaSession {
  /// The samples of a frame; nil for as many as there are, at most a second: where no size was asked for,
  /// or one at another rate.
  fileprivate func frameCount(_ count: Int?, at rate: SampleRate?) -> Int? {
    rate == nil || rate == configuration.botRate ? count : nil
  }
}
