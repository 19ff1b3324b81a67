import AudioEngine
import CallSimulator

/// The caller's side of a call as far as the options say it; what the platform is told over HTTP says the
/// rest.
struct CallSetup: Sendable {
  let provider: SimulatedProvider
  let choices: CallChoices
  let keys: [CallerScript.KeyPress]
  /// What the caller says, at the file's own rate.
  let sound: WaveFile
  private let audio: String
  private let rate: SampleRate?
  private let encoding: AudioEncoding?
  private let speed: Double?
  private let tail: Duration?
  /// The caller's silence before his first word; nil for one who speaks over nobody.
  let silence: Duration?

  static func provider(_ arguments: Arguments) throws(UsageError) -> SimulatedProvider {
    let providers = SimulatedProvider.all
    let name = try arguments.choice("--provider", of: providers.map(\.name))
    return name.flatMap(SimulatedProvider.named) ?? providers[0]
  }

  init(_ arguments: Arguments, _ provider: SimulatedProvider, _ caller: CallerOptions)
    throws(UsageError)
  {
    self.provider = provider
    keys = caller.keys
    var choices = caller.choices
    choices.dialect = try arguments.choice("--dialect", of: provider.dialects)
    let policy = try arguments.choice("--policy", of: provider.policies.map(\.rawValue))
    choices.policy = policy.flatMap(JudgeRules.Policy.init(rawValue:)) ?? .documented
    choices.expectsEcho = arguments.flag("--expect-echo")
    choices.isOneWay = arguments.flag("--one-way")
    if choices.isOneWay, choices.expectsEcho || arguments.has("--interrupt-at") {
      throw UsageError("--one-way has nothing to echo or to interrupt: the bot says nothing")
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
    audio = try arguments.text("--audio") ?? ""
    sound = try SoundFile.readSpeech(
      audio, SoundOptions(arguments), wanting: rate ?? .hz8000)
  }

  /// What a platform makes of the directions, and what the caller says in it. Directions from an answer
  /// (`isAsked`) overrule the options.
  func platform(
    _ directions: DialDirections, isAsked: Bool
  ) throws(UsageError) -> (platform: any SimulatedPlatform, said: WaveFile) {
    let told = directions.format
    let rate = isAsked ? told?.rate ?? rate : rate ?? told?.rate
    let named = isAsked ? told?.encoding ?? encoding : encoding
    let fixed = named ?? (provider.encodings.contains(.linear16) ? nil : provider.encodings.first)
    let said = try SoundFile.forCall(sound, rate: rate, encoding: fixed)
    let usual = provider.encodings.first { $0 == .linear16 || said.rate == .hz8000 }
    guard
      var script = CallerScript(
        saying: said, as: named ?? usual ?? .linear16, interruptingAfter: silence)
    else {
      throw UsageError("\(audio) has a rate that no platform speaks")
    }
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
    return (platform, said)
  }
}
