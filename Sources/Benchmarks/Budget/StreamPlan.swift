import AudioEngine
import Telephony

/// One kind of stream, and the bot behind it: what a budget is made for.
struct StreamPlan: Hashable {
  /// The name of a platform that has an end to play.
  let platform: String
  let wire: WireFormat
  let botRate: SampleRate
  let filter: Resampler.Filter
  let playback: PlaybackPolicy
  /// The audio of one of the caller's messages.
  let cadence: Duration

  /// Every stream that `options` leaves open: each platform's formats, each with the bot at the wire's rate
  /// unless told otherwise.
  static func all(_ options: BudgetOptions) -> [StreamPlan] {
    let candidates =
      [WireFormat(.mulaw, .hz8000)]
      + SampleRate.telephony.map { WireFormat(.linear16, $0) }
    return PlatformRegistry.standard.entries.flatMap { entry -> [StreamPlan] in
      guard let end = entry.makeEnd?() else { return [] }
      guard options.platform.map({ $0 == entry.platform.name }) ?? true else { return [] }
      var formats: [WireFormat] = []
      for candidate in candidates {
        let format = end.wireFormat(nearest: candidate)
        guard !formats.contains(format), options.rate.map({ $0 == format.rate }) ?? true
        else { continue }
        formats.append(format)
      }
      return formats.map { format in
        var playback = entry.makeCodec()
          .playbackPolicy(for: format, lead: options.lead.map { .fixed($0) })
        playback.prime = options.prime ?? playback.prime
        return StreamPlan(
          platform: entry.platform.name, wire: format,
          botRate: options.botRate ?? format.rate, filter: options.filter, playback: playback,
          cadence: end.habits.cadence)
      }
    }
  }

  /// One line: what is carried.
  var title: String {
    let lead =
      switch playback.lead {
      case .fixed(let lead): "\(lead.wholeMilliseconds) ms"
      case .adaptive(let least, let most):
        "\(least.wholeMilliseconds) to \(most.wholeMilliseconds) ms"
      }
    return
      "\(platform), \(wire), bot at \(botRate), \(filter == .standard ? "standard" : "lowDelay") "
      + "filter, lead \(lead), prime \(playback.prime.wholeMilliseconds) ms"
  }

  /// A session of this stream whose bot hears and speaks at `rate`.
  func session(botRate rate: SampleRate, prime: Duration? = nil) -> MediaSession {
    var playback = playback
    playback.prime = prime ?? playback.prime
    let configuration = SessionConfiguration(
      wire: wire, botRate: rate, filter: filter, playback: playback)
    do {
      return try MediaSession(configuration: configuration)
    } catch {
      preconditionFailure("a session between \(wire) and \(rate): \(error)")
    }
  }
}
