public import AudioEngine
import Telephony

extension SimulatedProvider {
  /// Exotel AgentStream, Voicebot applet.
  public static let exotel = SimulatedProvider(
    name: "exotel", dialects: ExotelDialect.named.map(\.name), policies: [.documented, .relaxed],
    load: ExotelLoad(), playout: { .exotel($0, marksAtClear: $1) }, tellsNumbers: true,
    mostLegs: 10, web: ExotelWeb()
  ) { script, choices in
    var options = ExotelPlatform.Options()
    if let name = choices.dialect {
      guard let named = ExotelDialect.named.first(where: { $0.name == name }) else { return nil }
      options.dialect = named.dialect
    }
    if let from = choices.from { options.dialect.from = from }
    if let to = choices.to { options.dialect.to = to }
    if let parameters = choices.parameters { options.parameters = parameters }
    // A server takes a second socket of one stream for a retry and ends the first.
    options.streamSID = choices.call?.streamID ?? ExotelWeb.sid()
    options.callSID = choices.call?.callID ?? ExotelWeb.sid()
    options.rules = .exotel(choices.policy)
    options.rules.expectsEcho = choices.expectsEcho
    options.rules.isOneWay = choices.isOneWay
    options.legs = choices.legs
    return ExotelPlatform(script: script, options: options)
  }
}

extension PlayoutModel {
  /// Exotel as a server with the default options plays to it, with no word about the marks that a
  /// clear drops.
  public static func exotel(
    _ format: WireFormat, marksAtClear: PlayoutLine.MarksAtClear = .dropped
  ) -> PlayoutModel {
    PlayoutModel(
      name: "exotel", policy: ExotelCodec().playbackPolicy(for: format),
      cadence: .milliseconds(100), marksAtClear: marksAtClear)
  }
}
