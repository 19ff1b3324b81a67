import AudioEngine
import CallSimulator

/// The caller's side of a call as far as the options say it; what the platform is told over HTTP says the
/// rest.
struct CallSetup: Sendable {
  let provider: SimulatedProvider
  let choices: CallChoices
  let keys: [CallerScript.KeyPress]
  /// Keys that sound in the caller's audio.
  private let tones: [CallerScript.KeyPress]
  private let says: Says
  private let rate: SampleRate?
  private let encoding: AudioEncoding?
  private let speed: Double?
  private let tail: Duration?
  /// The caller's silence before his first word; nil for one who speaks over nobody.
  private let silence: Duration?

  private enum Says {
    /// One file, at its own rate.
    case file(String, WaveFile)
    case script(CallScriptFile)
  }

  static func provider(_ arguments: Arguments) throws(UsageError) -> SimulatedProvider {
    let providers = SimulatedProvider.all
    let name = try arguments.choice("--provider", of: providers.map(\.name))
    return name.flatMap(SimulatedProvider.named) ?? providers[0]
  }

  init(_ arguments: Arguments, _ provider: SimulatedProvider, _ caller: CallerOptions)
    throws(UsageError)
  {
    self.provider = provider
    keys = caller.isInBand ? [] : caller.keys
    tones = caller.isInBand ? caller.keys : []
    var choices = caller.choices
    choices.dialect = try arguments.choice("--dialect", of: provider.dialects)
    let policy = try arguments.choice("--policy", of: provider.policies.map(\.rawValue))
    choices.policy = policy.flatMap(JudgeRules.Policy.init(rawValue:)) ?? .documented
    choices.expectsEcho = arguments.flag("--expect-echo")
    choices.isOneWay = arguments.flag("--one-way")
    if let legs = try arguments.integer("--legs", in: 2...10) {
      guard legs <= provider.mostLegs else {
        throw UsageError("\(provider.name) streams each telephone by itself: leave --legs out")
      }
      choices.legs = legs
      choices.isOneWay = true
    }
    if !tones.isEmpty, arguments.has("--interrupt-at") {
      throw UsageError(
        "--in-band keys are part of the voice, which --interrupt-at moves: leave one out")
    }
    if choices.isOneWay, choices.expectsEcho || arguments.has("--interrupt-at") {
      throw UsageError("a one-way stream has nothing to echo or to interrupt: the bot says nothing")
    }
    choices.signingToken = SigningSecret.inEnvironment(of: provider.name)
    if var call = provider.web?.call() {
      call.from = choices.from ?? call.from
      call.to = choices.to ?? call.to
      call.secret = choices.signingToken
      choices.call = call
    }
    self.choices = choices
    let rates = SampleRate.telephony.map { String($0.hertz) }
    rate = try arguments.choice("--rate", of: rates).flatMap(Int.init)
      .flatMap(SampleRate.init(hertz:))
    speed = try arguments.number("--speed", in: 1...100)
    tail = try arguments.number("--tail", in: 0...600).map { .milliseconds(Int($0 * 1_000)) }
    silence = try arguments.number("--interrupt-at", in: 0...600)
      .map { .milliseconds(Int($0 * 1_000)) }
    let names = provider.encodings.map(\.rawValue)
    encoding = try arguments.choice("--encoding", of: names).flatMap(AudioEncoding.init)
    switch (try arguments.text("--audio"), try arguments.text("--script")) {
    case (let path?, nil):
      let sound = try SoundFile.readSpeech(
        path, SoundOptions(arguments), wanting: rate ?? .hz8000)
      says = .file(path, sound)
    case (nil, let path?):
      let alone = ["--keys", "--interrupt-at", "--expect-echo", "--speed", "--channel", "--raw"]
      if let other = alone.first(where: arguments.has) {
        throw UsageError("\(other) goes with --audio: a script says what happens when")
      }
      says = .script(try CallScriptFile(path))
    case (nil, nil):
      throw UsageError("--audio FILE.wav is missing: what the caller says (or --script FILE.json)")
    case (_?, _?):
      throw UsageError("--audio and --script both say what the caller does: leave one out")
    }
  }

  /// What a platform makes of the directions. Those from an answer (`isAsked`) overrule the options.
  func platform(
    _ directions: DialDirections, isAsked: Bool
  ) throws(UsageError) -> any SimulatedPlatform {
    let told = directions.format
    let rate = isAsked ? told?.rate ?? rate : rate ?? told?.rate
    let named = isAsked ? told?.encoding ?? encoding : encoding
    var script = try script(at: rate, as: named)
    script.keys = keys
    script.longest = directions.longest
    if let speed { script.speed = speed }
    if let tail { script.tail = tail }
    var choices = choices
    choices.isOneWay = choices.isOneWay || directions.isOneWay
    choices.tracks = directions.tracks
    if let parameters = directions.parameters {
      choices.parameters = parameters.merging(choices.parameters ?? [:]) { $1 }
    }
    guard let platform = provider.platform(script: script, choices: choices) else {
      throw UsageError("\(provider.name) has no dialect of that name")
    }
    return platform
  }

  private func script(
    at rate: SampleRate?, as named: AudioEncoding?
  ) throws(UsageError) -> CallerScript {
    let fixed = named ?? (provider.encodings.contains(.linear16) ? nil : provider.encodings.first)
    func encoding(at rate: SampleRate) -> AudioEncoding {
      named ?? provider.encodings.first { $0 == .linear16 || rate == .hz8000 } ?? .linear16
    }
    switch says {
    case .file(let path, let sound):
      let said = try SoundFile.forCall(sound, rate: rate, encoding: fixed)
      let script = CallerScript(
        saying: KeyTones.press(tones, in: said), as: encoding(at: said.rate),
        interruptingAfter: silence)
      guard let script else { throw UsageError("\(path) has a rate that no platform speaks") }
      return script
    case .script(let file):
      let empty = WaveFile(rate: file.rate ?? .hz8000, samples: [])
      let rate = try SoundFile.forCall(empty, rate: rate, encoding: fixed).rate
      let encoding = encoding(at: rate)
      let steps = try file.steps(at: rate, as: encoding)
      guard let script = CallerScript(doing: steps, at: rate, as: encoding) else {
        throw UsageError("no platform speaks \(rate.hertz) Hz")
      }
      return script
    }
  }
}
