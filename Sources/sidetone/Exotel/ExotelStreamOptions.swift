import AudioEngine
import Telephony

/// Where a bot listens, at which rate and with which parameters, for the commands that send a call there.
enum ExotelStreamOptions {
  static let options = [
    Option("--rate", "HZ", help: "the stream's sample rate, 8000, 16000 or 24000 (default 8000)"),
    Option(
      "--parameter", "NAME=VALUE", isRepeatable: true,
      help: "a custom parameter for the bot; with the rate at most 3, in 256 characters"),
  ]

  /// The address with the rate and the parameters in it; `name` is what the user calls it.
  static func url(
    _ text: String, called name: String, _ arguments: Arguments
  ) throws(UsageError) -> ExotelStreamURL {
    let rate = try arguments.choice("--rate", of: ["8000", "16000", "24000"])
    let items = try arguments.pairs("--parameter").map {
      URLQuery.Item(name: $0.name, value: $0.value)
    }
    do {
      let rate = rate.flatMap(Int.init).flatMap(SampleRate.init(hertz:))
      return try ExotelStreamURL(text, rate: rate, parameters: items)
    } catch {
      throw UsageError("\(name): \(error)")
    }
  }
}
