import AudioEngine
import BotTransport

/// How a bot hears and speaks.
struct CallMediaOptions {
  static let options =
    BargeInOptions.options + EnhancementFlags.options + [
      Option(
        "--comfort-noise",
        help:
          "fill holes in the caller's audio with noise as loud as the line's own, not with silence"),
      Option(
        "--hear-keys",
        help: "hear keys in the caller's audio (DTMF), for lines of which the platform tells none"),
      Option(
        "--bot-on-loop",
        help: "run the bot on its call's event loop instead of Swift's pool: less processor "
          + "time for bots that only await"),
      Option(
        "--lead", "MS",
        help: "how far the bot's speech runs ahead of the caller's ear, 20 to 2000: more hides "
          + "longer stalls of this machine, less may send smaller messages (default 200)"),
      Option(
        "--prime", "MS",
        help: "how much of an utterance must wait before it begins, 0 to 2000: more bears a slower "
          + "speech synthesis, less begins sooner (default the platform's, 120 to 240)"),
      Option(
        "--bot-rate", "HZ",
        help: "the rate at which the bot hears and speaks, 8000, 16000 or 24000 "
          + "(default the platform's)"),
      Option(
        "--silence-at-start", help: "send a piece of silence as soon as a call has begun"),
      Option(
        "--idle-silence", "SECONDS",
        help: "send a piece of silence when the bot has said nothing for so long, 1 to 60"),
    ]

  /// nil for the wire's rate.
  private let botRate: SampleRate?
  private let placement: BotPlacement
  /// How far speech runs ahead of the caller's ear; nil for the platform's own.
  private let lead: Duration?
  /// How much speech waits before an utterance begins; nil for the platform's own.
  private let prime: Duration?
  private let bargeIn: BargeInOptions
  private let enhancement: EnhancementOptions?
  private let hearsKeys: Bool
  private let comfortNoise: Bool
  private let silence: DownlinkSilence

  init(_ arguments: Arguments) throws(UsageError) {
    let rates = SampleRate.telephony.map { String($0.hertz) }
    botRate = try arguments.choice("--bot-rate", of: rates).flatMap(Int.init)
      .flatMap(SampleRate.init(hertz:))
    placement = arguments.flag("--bot-on-loop") ? .callLoop : .pool
    lead = try arguments.integer("--lead", in: 20...2_000).map { .milliseconds($0) }
    prime = try arguments.integer("--prime", in: 0...2_000).map { .milliseconds($0) }
    bargeIn = try BargeInOptions(arguments)
    enhancement = EnhancementFlags.options(arguments)
    hearsKeys = arguments.flag("--hear-keys")
    comfortNoise = arguments.flag("--comfort-noise")
    silence = DownlinkSilence(
      atStart: arguments.flag("--silence-at-start"),
      whenIdle: try arguments.integer("--idle-silence", in: 1...60).map { .seconds($0) })
  }

  func apply(to configuration: inout ServerConfiguration) {
    configuration.call.botRate = botRate
    configuration.call.lead = lead.map { .fixed($0) }
    configuration.call.prime = prime
    configuration.botPlacement = placement
    bargeIn.apply(to: &configuration)
    configuration.call.enhancement = enhancement
    configuration.call.hearsKeys = hearsKeys
    configuration.call.comfortNoise = comfortNoise
    configuration.silence = silence
  }
}
