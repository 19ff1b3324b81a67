import AudioEngine

/// What is to be done to files of a caller's audio.
struct FileEnhancementOptions {
  static let options =
    EnhancementFlags.options + [
      Option(
        "--far", "FAR.wav",
        help: "with --echo-cancel: what was played meanwhile, from the same moment on")
    ]

  private let options: EnhancementOptions
  private let far: WaveFile?

  /// nil where nothing is to be done.
  init?(_ arguments: Arguments) throws(UsageError) {
    let options = EnhancementFlags.options(arguments)
    let cancelsEcho = options?.cancelsEcho ?? false
    guard cancelsEcho == arguments.has("--far") else {
      throw UsageError(
        cancelsEcho
          ? "an echo of what? Name it with --far" : "--far is of no use without --echo-cancel")
    }
    guard let options else { return nil }
    self.options = options
    far = try arguments.text("--far").map { path throws(UsageError) in
      try SoundFile.read(path, SoundOptions(arguments))
    }
  }

  /// Does it to one of them.
  func apply(to sound: WaveFile) throws(UsageError) -> FileEnhancement {
    let played = try far.map { far throws(UsageError) in
      try SoundFile.resampled(far, to: sound.rate)
    }
    return try FileEnhancement(sound, far: played?.samples ?? [], options)
  }
}

/// A sound that went through what a call may do to its caller's audio.
struct FileEnhancement {
  /// As long as what came in.
  let sound: WaveFile
  /// The same with silence where a call's detector would not have listened yet.
  let listened: WaveFile
  let delay: Duration?
  let realignments: Int

  /// Enhances `sound`, while which `far` was played; at the same rate, from the same moment on.
  init(
    _ sound: WaveFile, far: [Int16], _ options: EnhancementOptions
  ) throws(UsageError) {
    var enhancer: Enhancer
    do throws(EnhancementError) {
      enhancer = try Enhancer(options, rate: sound.rate)
    } catch {
      switch error {
      case .unsupportedRate(let rate):
        throw UsageError(
          "calls have 8000, 16000 or 24000 Hz, not \(rate.hertz)",
          advice: "convert it with sidetone resample first")
      case .outOfMemory:
        throw UsageError("not enough memory for the filters", advice: "end other programs first")
      }
    }
    let size = enhancer.frameSampleCount
    let count = sound.samples.count
    // Whole frames; what the last lacks is silence and is cut off again.
    let padding = [Int16](repeating: 0, count: (size - count % size) % size)
    var samples = sound.samples + padding
    var listened: [Int16] = []
    let heard = far.prefix(samples.count)
    let played = heard + [Int16](repeating: 0, count: samples.count - heard.count)
    for start in stride(from: 0, to: samples.count, by: size) {
      let range = start..<(start + size)
      var all = samples.mutableSpan
      var frame = all._mutatingExtracting(range)
      enhancer.process(&frame, far: Array(played[range]).span)
      if enhancer.mayHoldEcho {
        var noise = [Int16](repeating: 0, count: size)
        var span = noise.mutableSpan
        enhancer.cover(&span)
        listened += noise
      } else {
        listened += samples[range]
      }
    }
    samples.removeLast(padding.count)
    listened.removeLast(padding.count)
    self.sound = WaveFile(rate: sound.rate, samples: samples)
    self.listened = WaveFile(rate: sound.rate, samples: listened)
    delay = enhancer.delay
    realignments = enhancer.realignments
  }

  /// What was found out.
  var json: String {
    let text = delay.map { String($0.inMilliseconds) } ?? "null"
    return "{\"echoDelayMs\":\(text),\"realignments\":\(realignments)}"
  }
}
