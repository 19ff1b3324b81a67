import AudioEngine

/// What hears and cleans a caller's audio, 20 ms of it at a time as calls bring it.
enum EarsBenchmarks {
  /// How much audio a step takes.
  static let milliseconds = 20
  /// Steps that hold whole windows of the voice detector's, of 32 ms, and many of them: fewer may hold none.
  private static let wholeSteps = 80

  static var section: Section {
    Section(
      id: "ears", layout: .ears,
      groups: [
        voice(.hz8000), voice(.hz16000), voice(.hz24000), silence(.hz8000), gate(.hz8000),
        turns(.hz8000),
        enhancer("echo cancelling", EnhancementOptions(cancelsEcho: true), .hz8000),
        enhancer("echo cancelling", EnhancementOptions(cancelsEcho: true), .hz16000),
        enhancer("noise suppression", EnhancementOptions(suppressesNoise: true), .hz8000),
        enhancer("noise suppression", EnhancementOptions(suppressesNoise: true), .hz16000),
        enhancer("gain control", EnhancementOptions(controlsGain: true), .hz8000),
        enhancer(
          "all three",
          EnhancementOptions(cancelsEcho: true, suppressesNoise: true, controlsGain: true), .hz8000),
        enhancer(
          "all three, silence after speech",
          EnhancementOptions(cancelsEcho: true, suppressesNoise: true, controlsGain: true), .hz8000,
          isSilent: true),
        keys(.hz8000), beeps(.hz8000),
      ])
  }

  /// Something that takes a frame at a time, on the heap.
  private final class Stage {
    private let take: (Span<Int16>) -> Void
    private let sound: [Int16]
    private let count: Int
    private var start = 0

    init(_ rate: SampleRate, _ sound: [Int16], _ take: @escaping (Span<Int16>) -> Void) {
      self.take = take
      self.sound = sound
      count = rate.hertz * EarsBenchmarks.milliseconds / 1_000
    }

    @inline(__always)
    func step() {
      // A span may not come from a property of a class.
      let sound = sound
      let span = sound.span
      take(span.extracting(start..<(start + count)))
      start = start + 2 * count <= sound.count ? start + count : 0
    }
  }

  private static func voice(_ rate: SampleRate) -> Group {
    detector("voice detector, a caller who talks", rate, talk(rate)) { VoiceDetector() }
  }

  private static func silence(_ rate: SampleRate) -> Group {
    detector("voice detector, silence", rate, [Int16](repeating: 0, count: rate.hertz)) {
      VoiceDetector()
    }
  }

  private static func gate(_ rate: SampleRate) -> Group {
    detector("level gate", rate, talk(rate)) { LevelGate() }
  }

  private static func detector(
    _ name: String, _ rate: SampleRate, _ sound: [Int16],
    _ make: @escaping () -> any SpeechDetector
  ) -> Group {
    group(name, rate, sound) {
      var detector = make()
      return { _ = detector.hear($0, rate: rate) }
    }
  }

  /// What turns cost beside the level gate that hears the caller, with eight seconds kept for a model.
  private static func turns(_ rate: SampleRate) -> Group {
    let wire = WireFormat(.linear16, rate)
    let payload = Inputs.wire(talk(rate, milliseconds), wire)
    return group("a session with the level gate and ends of turns", rate, talk(rate)) {
      var session = ExotelStream.session(wire, botRate: rate, filter: .standard)
      session.detector = LevelGate()
      session.endOfTurn = EndOfTurnPolicy(patience: .milliseconds(400), window: .seconds(8))
      var now = MonotonicTime.zero
      return { _ in
        now = now + .milliseconds(milliseconds)
        _ = unsafe session.receive(payload: payload.span.bytes, at: now)
        var frame = InlineArray<480, Int16>(repeating: 0)
        var room = frame.mutableSpan
        _ = session.read(into: &room)
        while session.nextEvent() != nil {}
      }
    }
  }

  private static func enhancer(
    _ name: String, _ options: EnhancementOptions, _ rate: SampleRate, isSilent: Bool = false
  ) -> Group {
    let near = talk(rate)
    let far = Array(talk(rate, milliseconds).reversed())
    let silence = [Int16](repeating: 0, count: near.count)
    return group(name, rate, isSilent ? silence : near) {
      guard var enhancer = try? Enhancer(options, rate: rate) else {
        preconditionFailure("no memory for the filters")
      }
      var heard = 0
      return { samples in
        var frame = InlineArray<480, Int16>(repeating: 0)
        // Silence is costly, or is not, after there was something to forget.
        let isBefore = isSilent && heard < 100
        heard += 1
        for index in samples.indices { frame[index] = isBefore ? near[index] : samples[index] }
        var room = frame.mutableSpan
        var span = room._mutatingExtracting(..<samples.count)
        let isPlaying = !isSilent || isBefore
        enhancer.process(
          &span, far: isPlaying ? far.span : silence.span.extracting(first: far.count))
      }
    }
  }

  private static func keys(_ rate: SampleRate) -> Group {
    group("keys in the audio", rate, talk(rate)) {
      var keys = KeyToneDetector()
      return { keys.hear($0, rate: rate) { BlackHole.take($0) } }
    }
  }

  private static func beeps(_ rate: SampleRate) -> Group {
    group("a mailbox's beep", rate, talk(rate)) {
      var beeps = BeepDetector()
      return { _ = beeps.hear($0, rate: rate) }
    }
  }

  /// What is no silence.
  private static func talk(_ rate: SampleRate, _ milliseconds: Int = 1_000) -> [Int16] {
    Inputs.speech(rate.hertz * milliseconds / 1_000)
  }

  private static func group(
    _ name: String, _ rate: SampleRate, _ sound: [Int16],
    _ make: @escaping () -> (Span<Int16>) -> Void
  ) -> Group {
    Group(
      name: name, label: "\(rate)", size: .samples(rate.hertz * milliseconds / 1_000),
      reference: "",
      heap: {
        Heap.bytes {
          let stage = Stage(rate, sound, make())
          // What grows does so in its first seconds.
          for _ in 0..<500 { stage.step() }
          return stage
        }
      },
      contenders: {
        let stage = Stage(rate, sound, make())
        return [
          Contender(
            name: Kernels.best.name, isOurs: true, variant: "", fewestCalls: wholeSteps
          ) { for _ in 0..<$0 { stage.step() } }
        ]
      })
  }
}
