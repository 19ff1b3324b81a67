public import AudioEngine

/// A stretch of caller audio: mono 16-bit samples at the bot's rate.
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
/// One task reads it. A bot that reads slower than the caller speaks loses the oldest audio, which
/// ``Call/statistics`` counts.
public struct CallAudio: AsyncSequence, Sendable {
  let call: any MediaCall
  let sampleCount: Int?

  /// Begins to read.
  public func makeAsyncIterator() -> Iterator { Iterator(call: call, sampleCount: sampleCount) }

  /// Reads frame after frame.
  public struct Iterator: AsyncIteratorProtocol {
    let call: any MediaCall
    let sampleCount: Int?

    /// The next frame, nil when the call is over and everything has been read, or when the task is
    /// cancelled.
    public mutating func next() async -> AudioFrame? {
      await call.nextFrame(sampleCount)
    }

    /// The next frame, as ``next()`` gives it.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> AudioFrame? {
      await call.nextFrame(sampleCount)
    }
  }
}
